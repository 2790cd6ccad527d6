import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ReadError } from '../../bytes/errors.ts';
import { looksArmored } from '../../seal/armor.ts';
import { wipe } from '../../seal/crypto.ts';
import { GrowingBuffer } from '../../seal/growing-buffer.ts';
import { VERSION_LINE } from '../../seal/header.ts';
import { parseIdentities, parseRecipients } from '../../seal/keys/parse-keys.ts';
import { PassphraseIdentity } from '../../seal/keys/passphrase.ts';
import { SealError } from '../../seal/errors.ts';
import { checkLimit, sealLimits } from '../../seal/limits.ts';
import type { Identity, Recipient } from '../../seal/recipient.ts';
import { openStream } from '../../seal/sealed-stream.ts';
import { openable, rawPath } from '../raw-path.ts';
import { reasonOf } from '../reason.ts';
import { streamPieces } from './pieces.ts';

/** Asks for the passphrase of what is named. */
export type AskPassphrase = (what: string) => Promise<Buffer>;

/**
 * The identities of a file as age writes it; the file may itself be sealed with a passphrase.
 * @throws ReadError, SealError.
 */
export async function loadIdentities(file: string, ask: AskPassphrase): Promise<Identity[]> {
  const { bytes, openTo } = readKeyFile(file);
  const isSealed = bytes.toString('latin1', 0, VERSION_LINE.length) === VERSION_LINE || looksArmored(bytes);
  if (!isSealed) checkPrivate(file, openTo);
  const plain = isSealed ? await openKeyFile(bytes, () => ask(`the identity file ${file}`)) : bytes;
  try {
    return parseIdentities(plain.toString('utf8'), file);
  } finally {
    wipe(plain, bytes);
  }
}

/** The recipients of a file, one a line. @throws ReadError, SealError. */
export function loadRecipients(file: string): Recipient[] {
  return parseRecipients(readKeyFile(file).bytes.toString('utf8'), file);
}

/** A file with a secret in one line; a line feed at its end does not belong to it. @throws ReadError, SealError. */
export function loadSecret(file: string): Buffer {
  const { bytes, openTo } = readKeyFile(file);
  checkPrivate(file, openTo);
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? -2 : -1) : bytes.length;
  return bytes.subarray(0, end);
}

interface KeyFile {
  readonly bytes: Buffer;
  /** The permission bits of a regular file that let others than its owner do something. */
  readonly openTo: number;
}

/** Of a pipe nobody else has the other end, and Windows has no such bits. */
function checkPrivate(file: string, openTo: number): void {
  if (openTo !== 0) throw SealError.of('key-permissions', { file });
}

/** Key files are small, and may come through a pipe. */
function readKeyFile(file: string): KeyFile {
  const room = Buffer.alloc(sealLimits.maxKeyFileBytes + 1);
  let [length, openTo] = [0, 0];
  try {
    const fd = openSync(openable(rawPath(file)), 'r');
    try {
      const stats = fstatSync(fd);
      if (stats.isFile() && process.platform !== 'win32') openTo = stats.mode & 0o077;
      for (let got = -1; got !== 0 && length < room.length; length += got)
        got = readSync(fd, room, length, room.length - length, null);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw ReadError.of(file, reasonOf(error), error);
  }
  checkLimit('maxKeyFileBytes', length);
  const bytes = Buffer.from(room.subarray(0, length));
  wipe(room);
  return { bytes, openTo };
}

async function openKeyFile(bytes: Buffer, ask: () => Promise<Buffer>): Promise<Buffer> {
  const plain = new GrowingBuffer();
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  for await (const parts of openStream(streamPieces(whole(), 'the identity file'), [new PassphraseIdentity(ask)])) {
    for (const part of parts) plain.push(part);
  }
  return plain.bytes;
}
