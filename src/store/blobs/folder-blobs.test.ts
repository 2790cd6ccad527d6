import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunksOf, collect, digestOf, peakBytes, repeated } from '../../../test/build/contents.ts';
import { FolderBlobs } from './folder-blobs.ts';

const MiB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const content = Buffer.from('what is kept');
const digest = digestOf(content);
const limit = { maxBytes: 1024 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folder-blobs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a folder of blobs', () => {
  it('is for its owner alone', async () => {
    const blobs = await FolderBlobs.open(join(folder, 'blobs'));
    await blobs.put(chunksOf(content), limit);
    const path = pathOf(join(folder, 'blobs'));
    const modes = [join(folder, 'blobs'), dirname(path), path].map((one) => (statSync(one).mode & 0o777).toString(8));
    expect(modes).toEqual(['700', '700', '600']);
  });

  it('says that a blob was changed on the disk, and takes it again', async () => {
    const blobs = await FolderBlobs.open(folder);
    await blobs.put(chunksOf(content), limit);
    for (const changed of ['what is k3pt', 'what is kep', 'what is kept!']) {
      writeFileSync(pathOf(folder), changed);
      await expect(collect(blobs.read(digest))).rejects.toMatchObject({ code: 'blob-damaged' });
    }
    await blobs.put(chunksOf(content), limit);
    expect((await collect(blobs.read(digest))).toString()).toBe('what is kept');
  });

  it('follows no link, in the place of a blob or on the way to it', async () => {
    const blobs = await FolderBlobs.open(folder);
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    const path = pathOf(folder);
    const place = join(outside, dirname(path).slice(-2));
    mkdirSync(place);
    writeFileSync(join(place, path.slice(-64)), content);

    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(place, path.slice(-64)), path);
    await expect(collect(blobs.read(digest))).rejects.toMatchObject({ code: 'blobs-unsafe' });
    await expect(blobs.stat(digest)).rejects.toMatchObject({ code: 'blobs-unsafe' });

    rmSync(dirname(dirname(path)), { recursive: true });
    symlinkSync(outside, dirname(dirname(path)));
    await expect(collect(blobs.read(digest))).rejects.toMatchObject({ code: 'blobs-unsafe' });
    await expect(blobs.put(chunksOf(content), limit)).rejects.toMatchObject({ code: 'blobs-unsafe' });
    rmSync(outside, { recursive: true });
  });

  it('is refused where a file is in its place', async () => {
    writeFileSync(join(folder, 'blobs'), '');
    await expect(FolderBlobs.open(join(folder, 'blobs'))).rejects.toMatchObject({ code: 'blobs-unconfigured' });
  });

  it('says that it cannot be written when it went away', async () => {
    const blobs = await FolderBlobs.open(join(folder, 'blobs'));
    rmSync(join(folder, 'blobs'), { recursive: true });
    await expect(blobs.probe()).rejects.toMatchObject({ code: 'blobs-unavailable', httpStatus: 503 });
    await expect(blobs.put(chunksOf(content), limit)).rejects.toMatchObject({ code: 'blobs-unavailable' });
  });

  it('says how much its disk still takes, and that it went away', async () => {
    const blobs = await FolderBlobs.open(join(folder, 'blobs'));
    const { bsize, blocks } = statfsSync(folder);
    expect(await blobs.freeBytes()).toBeGreaterThan(0);
    expect(await blobs.freeBytes()).toBeLessThanOrEqual(bsize * blocks);
    rmSync(join(folder, 'blobs'), { recursive: true });
    await expect(blobs.freeBytes()).rejects.toMatchObject({ code: 'blobs-unavailable' });
  });

  it('keeps nothing of a process killed while it put, once that rested for long', async () => {
    const path = join(import.meta.dirname, '../../../test/store/put-slowly.ts');
    const child = spawn(process.execPath, [path, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const incoming = join(folder, 'incoming');
    const [left = ''] = readdirSync(incoming);
    expect(statSync(join(incoming, left)).size).toBeGreaterThan(0);
    expect(readdirSync(folder).toSorted()).toEqual(['held', 'incoming']);

    const blobs = await FolderBlobs.open(folder);
    expect(readdirSync(incoming), 'it might still be written by another process').toEqual([left]);
    expect(await blobs.sweep(HOUR_MS)).toBe(0);

    const longAgo = new Date(Date.now() - 2 * HOUR_MS);
    utimesSync(join(incoming, left), longAgo, longAgo);
    await FolderBlobs.open(folder);
    expect(readdirSync(incoming)).toEqual([]);
  });

  it('stores and reads much in little memory', async () => {
    const blobs = await FolderBlobs.open(folder);
    const times = 128;
    const peak = await peakBytes(async () => {
      const info = await blobs.put(repeated(Buffer.alloc(MiB, 7), times), { maxBytes: times * MiB });
      for await (const chunk of blobs.read(info.digest)) expect(chunk.byteLength).toBeLessThanOrEqual(MiB);
    });
    expect(peak).toBeLessThan((times / 2) * MiB);
  });
});

function pathOf(root: string): string {
  const hex = digest.slice(-64);
  return join(root, hex.slice(0, 2), hex.slice(2, 4), hex);
}
