import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../test/build/contents.ts';
import { BlockWriter } from './block-writer.ts';
import { DigestThreads } from './digest-threads.ts';

const MiB = 1024 * 1024;

let folder: string;
let file: FileHandle;
let digests: DigestThreads;
const path = (): string => join(folder, 'file');
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'block-writer-'));
  file = await open(path(), 'w');
  digests = new DigestThreads();
});
afterEach(async () => {
  await digests.close();
  await file.close();
  rmSync(folder, { recursive: true });
});

/** The memory of each piece is used for the next, as its giver may. */
async function write(writer: BlockWriter, content: Buffer, pieceBytes: number): Promise<string> {
  const piece = Buffer.alloc(pieceBytes);
  for (let from = 0; from < content.length; from += pieceBytes) {
    const length = content.copy(piece, 0, from, from + pieceBytes);
    await writer.add(piece.subarray(0, length));
    piece.fill(0);
  }
  return writer.end();
}

describe('a writer of blocks', () => {
  it.each([
    ['nothing', 0, 1],
    ['a byte', 1, 1],
    ['less than a block', MiB - 1, 65_536],
    ['a block', MiB, 65_536],
    ['a byte more than a block', MiB + 1, 65_536],
    ['pieces that fit into no block', 5 * MiB + 7, 700_001],
    ['pieces larger than blocks', 9 * MiB + 1, 3 * MiB + 5],
  ])('writes and hashes %s', async (_, bytes, pieceBytes) => {
    const content = randomBytes(bytes);
    const hex = await write(new BlockWriter(file, digests), content, pieceBytes);
    expect(`sha256:${hex}`).toBe(digestOf(content));
    expect(readFileSync(path()).equals(content)).toBe(true);
  });

  it('keeps many contents apart that are written at once', async () => {
    const contents = Array.from({ length: 12 }, (_, at) => randomBytes(MiB + at * 400_000));
    const files = await Promise.all(contents.map((__, at) => open(join(folder, `${at}`), 'w')));
    const found = await Promise.all(
      contents.map(async (content, at) => write(new BlockWriter(files[at] ?? file, digests), content, 100_003)),
    );
    expect(found.map((hex) => `sha256:${hex}`)).toEqual(contents.map(digestOf));
    await Promise.all(files.map((one) => one.close()));
  });

  it('ends with an error when a thread ends, and the next begins anew', async () => {
    const content = randomBytes(3 * MiB);
    const writer = new BlockWriter(file, digests);
    await writer.add(content.subarray(0, 2 * MiB));
    await digests.close();
    await expect(writer.add(content).then(() => writer.end())).rejects.toThrow('thread');
    await writer.settled();
    const hex = await write(new BlockWriter(file, digests), content, 65_536);
    expect(`sha256:${hex}`).toBe(digestOf(content));
  });

  it('ends with an error when nothing can be written', async () => {
    const closed = await open(join(folder, 'closed'), 'w');
    await closed.close();
    const writer = new BlockWriter(closed, digests);
    await expect(writer.add(randomBytes(3 * MiB))).rejects.toThrow();
    await writer.settled();
  });
});
