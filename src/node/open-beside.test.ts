import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { externalTensor, onnx } from '../../test/build/protobuf.ts';
import { BesideFiles, type BesideOptions } from './open-beside.ts';
import { openTensors } from './open-tensors.ts';

let top = '';
const open: BesideFiles[] = [];

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'vouchsafe-beside-'));
  for (const folder of ['model/data', 'cache/blobs', 'cache/snapshot'])
    mkdirSync(join(top, folder), { recursive: true });
  writeFileSync(join(top, 'secret.bin'), 'secret');
  writeFileSync(join(top, 'model/weights.bin'), 'weights');
  writeFileSync(join(top, 'model/data/part.bin'), 'part');
  writeFileSync(join(top, 'cache/blobs/abc'), 'blob');
  symlinkSync(join(top, 'secret.bin'), join(top, 'model/link.bin'));
  symlinkSync(top, join(top, 'model/up'));
  symlinkSync('weights.bin', join(top, 'model/inside.bin'));
  symlinkSync('../blobs/abc', join(top, 'cache/snapshot/model.bin'));
  symlinkSync(join(top, 'secret.bin'), join(top, 'cache/snapshot/out.bin'));
  linkSync(join(top, 'secret.bin'), join(top, 'model/hard.bin'));
  spawnSync('mkfifo', [join(top, 'model/pipe')]);
});

afterEach(() => {
  for (const files of open.splice(0)) files.close();
});

afterAll(() => {
  rmSync(top, { recursive: true, force: true });
});

function beside(model = 'model/model.onnx', options: BesideOptions = {}): BesideFiles {
  const files = new BesideFiles(join(top, model), options);
  open.push(files);
  return files;
}

function contentOf(name: string, files = beside()): string | undefined {
  const source = files.open(name);
  if (source === undefined) return undefined;
  const bytes = new Uint8Array(source.size);
  source.read(0, bytes);
  return new TextDecoder().decode(bytes);
}

describe('files beside a model', () => {
  test('are opened by relative names, once', () => {
    const files = beside();
    expect(contentOf('weights.bin', files)).toBe('weights');
    expect(contentOf('./data//part.bin', files)).toBe('part');
    expect(files.open('weights.bin')).toBe(files.open('weights.bin'));
    expect(files.notes).toEqual([]);
  });

  test.each([
    ['a step up (CVE-2022-25882, CVE-2024-27318)', '../secret.bin'],
    ['a step up on the way (CVE-2025-51480)', 'data/../../secret.bin'],
    ['a step up that stays inside', 'data/../weights.bin'],
    ['an absolute name', '/etc/passwd'],
    ['a drive', 'C:secret.bin'],
    ['backslashes', '..\\secret.bin'],
    ['a NUL', 'weights.bin\0.onnx'],
    ['nothing', ''],
    ['the folder', '.'],
    ['another folder', 'data'],
    ['a symbolic link (CVE-2026-27489)', 'link.bin'],
    ['a symbolic link that stays inside', 'inside.bin'],
    ['a file behind a linked folder', 'up/secret.bin'],
    ['a pipe', 'pipe'],
    ['what is not there', 'none.bin'],
  ])('not opened: %s', (_, name) => {
    const files = beside();
    expect(files.open(name)).toBeUndefined();
    expect(files.notes).toHaveLength(1);
    expect(files.sources).toEqual([]);
  });

  test('a file with another name somewhere is opened, and that is said', () => {
    const files = beside();
    expect(contentOf('hard.bin', files)).toBe('secret');
    expect(files.notes.join()).toMatch(/2 hard links/);
  });

  test('links of a download cache are followed into its root when asked, and nowhere else', () => {
    expect(contentOf('model.bin', beside('cache/snapshot/model.onnx'))).toBeUndefined();
    const linksRoot = join(top, 'cache');
    expect(contentOf('model.bin', beside('cache/snapshot/model.onnx', { linksRoot }))).toBe('blob');
    expect(contentOf('out.bin', beside('cache/snapshot/model.onnx', { linksRoot }))).toBeUndefined();
  });
});

test('an ONNX model that names a file outside is listed without its data, and with the reason', () => {
  const file = join(top, 'model/evil.onnx');
  writeFileSync(file, onnx({ initializers: [externalTensor('../secret.bin')] }));
  const opened = openTensors(file);
  try {
    expect(opened.parts[0]?.file.tensors).toEqual([]);
    expect(opened.parts[0]?.file.refused).toMatchObject([{ name: 'w', code: 'external-data' }]);
    expect(opened.parts[0]?.file.notes.join()).toMatch(/leads out of the folder/);
  } finally {
    opened.close();
  }
});
