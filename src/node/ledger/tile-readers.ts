import { constants, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LedgerError } from '../../ledger/errors.ts';
import type { ByteStream } from '../../ledger/lines.ts';
import type { TileReader } from '../../ledger/tiles-export.ts';
import { reasonOf } from '../reason.ts';
import { Answer, type Fetch } from './http.ts';

const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Tiles in a folder. */
export function folderReader(folder: string): TileReader {
  return {
    read: (path, maxBytes) => readFile(join(folder, path), maxBytes),
    stream: (path) => streamFile(join(folder, path)),
  };
}

async function readFile(file: string, maxBytes: number): Promise<Uint8Array | null> {
  const handle = await openRegular(file);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw LedgerError.of('size-limit', `${file} has ${size} bytes, ${maxBytes} are allowed`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** @throws LedgerError `unreachable`; null when there is none. */
async function openRegular(file: string): Promise<Awaited<ReturnType<typeof open>> | null> {
  try {
    const opened = await open(file, OPEN_FLAGS);
    if ((await opened.stat()).isFile()) return opened;
    await opened.close();
  } catch (error) {
    if (isMissing(error)) return null;
    throw LedgerError.of('unreachable', `${file}: ${reasonOf(error)}`, error);
  }
  throw LedgerError.of('unreachable', `${file} is no regular file`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** The bytes of a file of any size, or null when there is none. @throws LedgerError `unreachable`. */
export async function streamFile(file: string): Promise<ByteStream | null> {
  const opened = await openRegular(file);
  return opened === null ? null : readPieces(opened.createReadStream(), file);
}

async function* readPieces(stream: ReadStream, file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw LedgerError.of('unreachable', `${file}: ${reasonOf(error)}`, error);
  }
}

/** Tiles below an address. */
export function httpReader(base: URL, send?: Fetch): TileReader {
  const get = (path: string): Promise<Answer | null> => getFile(new URL(path, base), send);
  return {
    read: async (path, maxBytes) => (await get(path))?.bytes(maxBytes) ?? null,
    stream: async (path) => (await get(path))?.pieces() ?? null,
  };
}

/** A file at an address, or null when there is none. @throws LedgerError `unreachable`. */
async function getFile(url: URL, send?: Fetch): Promise<Answer | null> {
  const answer = await Answer.of(url, { send });
  if (answer.status === 200) return answer;
  await answer.discard();
  if (answer.status === 404 || answer.status === 410) return null;
  throw LedgerError.of('unreachable', `${url.href} answered with status ${answer.status}`);
}
