import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
const MIN_COMPRESSED_BYTES = 1024;
const BROTLI_QUALITY = 6;

/** Kinds of files that a console is made of. Whatever else lies in its folder is not served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Already small: compressing them again costs time and saves nothing. */
const compressedAlready = new Set(['.png', '.webp', '.woff2']);

export type Coding = 'br' | 'gzip' | 'identity';

export interface ConsoleFile {
  readonly mediaType: string;
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly isImmutable: boolean;
  /** The bytes as they are sent; compressed the first time that somebody asks. */
  encoded(coding: Coding): Promise<Uint8Array>;
}

/**
 * Reads all files of the console into memory. What is asked for is then looked up by its exact name, so no path, however it is written,
 * leads anywhere else.
 * @returns files by the path of their address; none where the folder is not there
 */
export function readConsole(folder: string): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  let total = 0;
  for (const name of namesIn(folder)) {
    const mediaType = mediaTypes[extname(name)];
    if (mediaType === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    total += bytes.length;
    if (total > MAX_TOTAL_BYTES) throw new Error(`the console is larger than ${MAX_TOTAL_BYTES} bytes`);
    files.set(`/${name.split(sep).join('/')}`, consoleFile(name, mediaType, bytes));
  }
  return files;
}

function namesIn(folder: string): readonly string[] {
  try {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true });
    return found.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function consoleFile(name: string, mediaType: string, bytes: Uint8Array): ConsoleFile {
  const canCompress = bytes.length >= MIN_COMPRESSED_BYTES && !compressedAlready.has(extname(name));
  const kept = new Map<Coding, Promise<Uint8Array>>([['identity', Promise.resolve(bytes)]]);
  return {
    mediaType,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isImmutable: name.startsWith(`assets${sep}`),
    encoded: (coding) => {
      const known = kept.get(canCompress ? coding : 'identity') ?? compress(bytes, coding);
      if (canCompress) kept.set(coding, known);
      return known;
    },
  };
}

async function compress(bytes: Uint8Array, coding: Coding): Promise<Uint8Array> {
  if (coding === 'gzip') return promisify(gzip)(bytes);
  return promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
}
