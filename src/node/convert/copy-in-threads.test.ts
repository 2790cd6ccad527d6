import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileSource } from '../file-source.ts';
import { OutputFile } from '../output-file.ts';
import { copyInThreads } from './copy-in-threads.ts';

const MIB = 1024 * 1024;
const content = randomBytes(23 * MIB + 12_345);
let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-copy-'));
  writeFileSync(at('source'), content);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Ranges of the source, in another order and with bytes between them left out, one after the other in the output. */
function ranges(source: FileSource, parts: readonly (readonly [from: number, length: number])[]) {
  let to = 0;
  return parts.map(([from, length]) => {
    const range = { source, from, length, to };
    to += length;
    return range;
  });
}

test('ranges arrive as they are, with the CRC-32 of each', async () => {
  const parts = [
    [12 * MIB + 7, 11 * MIB + 12_338],
    [0, 1],
    [64, 9 * MIB + 3],
    [5, 0],
  ] as const;
  const source = FileSource.open(at('source'));
  const output = OutputFile.create(at('output'));
  let told = 0;
  const sums = await copyInThreads(ranges(source, parts), output, {
    onWritten: (bytes) => {
      told += bytes;
    },
  });
  output.commit();
  source.close();
  const expected = parts.map(([from, length]) => content.subarray(from, from + length));
  expect(readFileSync(at('output')).equals(Buffer.concat(expected))).toBe(true);
  expect(sums).toEqual(expected.map((part) => crc32(part)));
  expect(told).toBeLessThanOrEqual(Buffer.concat(expected).length);
});

test('a source that ends early, and a place that cannot be written to, end the copy of every thread', async () => {
  writeFileSync(at('short'), content);
  const source = FileSource.open(at('short'));
  truncateSync(at('short'), 9 * MIB);
  const output = OutputFile.create(at('never'));
  await expect(copyInThreads(ranges(source, [[0, content.length]]), output)).rejects.toMatchObject({
    code: 'truncated',
  });
  source.close();
  output.discard();
  const whole = FileSource.open(at('source'));
  // A descriptor that is open for reading only stands for a disk that takes no more.
  const readOnly = { fd: whole.fd, target: at('never') } as OutputFile;
  await expect(copyInThreads(ranges(whole, [[0, content.length]]), readOnly)).rejects.toMatchObject({
    code: 'unwritable',
  });
  whole.close();
});
