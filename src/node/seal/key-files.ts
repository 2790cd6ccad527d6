import { readBytes } from '../../bytes/source.ts';
import { looksArmored } from '../../seal/armor.ts';
import { wipe } from '../../seal/crypto.ts';
import { GrowingBuffer } from '../../seal/growing-buffer.ts';
import { VERSION_LINE } from '../../seal/header.ts';
import { parseIdentities, parseRecipients } from '../../seal/keys/parse-keys.ts';
import { PassphraseIdentity } from '../../seal/keys/passphrase.ts';
import { checkLimit, sealLimits } from '../../seal/limits.ts';
import type { Identity, Recipient } from '../../seal/recipient.ts';
import { openStream } from '../../seal/sealed-stream.ts';
import { InputFile, streamPieces } from './pieces.ts';

/** Asks for the passphrase of what is named. */
export type AskPassphrase = (what: string) => Promise<Buffer>;

/**
 * The identities of a file as age writes it; the file may itself be sealed with a passphrase.
 * @throws ReadError, SealError.
 */
export async function loadIdentities(file: string, ask: AskPassphrase): Promise<Identity[]> {
  const bytes = readKeyFile(file);
  const isSealed = bytes.toString('latin1', 0, VERSION_LINE.length) === VERSION_LINE || looksArmored(bytes);
  const plain = isSealed ? await openKeyFile(bytes, () => ask(`the identity file ${file}`)) : bytes;
  try {
    return parseIdentities(plain.toString('utf8'), file);
  } finally {
    wipe(plain, bytes);
  }
}

/** The recipients of a file, one a line. @throws ReadError, SealError. */
export function loadRecipients(file: string): Recipient[] {
  return parseRecipients(readKeyFile(file).toString('utf8'), file);
}

/** A file with a secret in one line; a line feed at its end does not belong to it. @throws ReadError, SealError. */
export function loadSecret(file: string): Buffer {
  const bytes = readKeyFile(file);
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? -2 : -1) : bytes.length;
  return bytes.subarray(0, end);
}

function readKeyFile(file: string): Buffer {
  const input = new InputFile(file);
  try {
    checkLimit('maxKeyFileBytes', input.size);
    return Buffer.from(readBytes(input.source, 0, sealLimits.maxKeyFileBytes));
  } finally {
    input.close();
  }
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
