import { execFileSync } from 'node:child_process';
import { type Bytes, concat, le, toBytes } from './bytes.ts';

/**
 * Compressions that Node has no writer for. Stored as data, not compressed: each container is valid, and small
 * inputs need no more. bzip2 and the LZMA kinds have no stored form, so they come from Python's standard library.
 */
function python(module: string, expression: string, data: Uint8Array): Uint8Array {
  const program = `import sys, ${module}; sys.stdout.buffer.write(${module}.${expression})`;
  return new Uint8Array(execFileSync('python3', ['-c', program], { input: data, maxBuffer: 1 << 28 }));
}

const made = new Map<string, Uint8Array>();

function once(kind: string, data: Bytes, make: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const bytes = toBytes(data);
  const key = `${kind}:${Buffer.from(bytes).toString('base64')}`;
  const known = made.get(key) ?? make(bytes);
  made.set(key, known);
  return known;
}

export const bzip = (data: Bytes): Uint8Array =>
  once('bz2', data, (bytes) => python('bz2', 'compress(sys.stdin.buffer.read())', bytes));
export const xz = (data: Bytes): Uint8Array =>
  once('xz', data, (bytes) => python('lzma', 'compress(sys.stdin.buffer.read())', bytes));
export const lzmaAlone = (data: Bytes): Uint8Array =>
  once('lzma', data, (bytes) => python('lzma', 'compress(sys.stdin.buffer.read(), format=lzma.FORMAT_ALONE)', bytes));

/** LZ4 frame (lz4_Frame_format.md 1.6.1) with one uncompressed block and no checksums but the header's. */
export function lz4(data: Bytes): Uint8Array {
  const bytes = toBytes(data);
  const descriptor = Uint8Array.from([0x60, 0x70]);
  const check = Math.floor(xxh32(descriptor) / 256) % 256;
  return concat(le(0x184d2204, 4), descriptor, [check], le(bytes.length + 2 ** 31, 4), bytes, le(0, 4));
}

/** xxHash32 of fewer than 16 bytes, seed 0 (xxhash_spec.md). */
function xxh32(bytes: Uint8Array): number {
  let hash = (374761393 + bytes.length) >>> 0;
  for (const byte of bytes) {
    hash = (hash + Math.imul(byte, 374761393)) >>> 0;
    hash = Math.imul((hash << 11) | (hash >>> 21), 2654435761) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489917);
  return (hash ^ (hash >>> 16)) >>> 0;
}
