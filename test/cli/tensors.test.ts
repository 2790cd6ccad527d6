/** `vouchsafe tensors` and `vouchsafe compare` as users run them; `npm test` builds the command line first. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { f32le } from '../build/bytes.ts';
import { h5Data } from '../build/hdf5-data.ts';
import { npy } from '../build/npy.ts';
import { bundleIndex } from '../build/tensor-bundle.ts';
import { zip } from '../build/zip.ts';

const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-tensors-'));
  const kernel = f32le(1, 2, 3, 4, 5, 6);
  const changed = f32le(1, 2, 3, 4, 5, 6.5);
  const array = (data: Uint8Array, shape = '(2, 3)', fortran = false): Uint8Array =>
    npy(data, { descr: '<f4', shape, fortran });
  const files = {
    'a.npz': zip([
      { name: 'kernel.npy', data: array(kernel) },
      { name: 'bias.npy', data: array(f32le(Number.NaN, 0), '(2,)') },
      { name: 'same.npy', data: array(f32le(1, 4, 2, 5, 3, 6), '(2, 3)', true), method: 'deflate' },
    ]),
    'b.h5': h5Data([
      { name: 'kernel', shape: [2, 3], contiguous: kernel },
      { name: 'bias', shape: [2], contiguous: f32le(Number.NaN, 0) },
      { name: 'same', shape: [2, 3], contiguous: kernel },
    ]),
    'c.h5': h5Data([
      { name: 'kernel', shape: [2, 3], contiguous: changed },
      { name: 'moved', shape: [2], contiguous: f32le(Number.NaN, 0) },
    ]),
    'evil.npz': zip([{ name: '\u001b[31m\u202etxt.npy', data: array(kernel) }]),
    'bad.index': bundleIndex([{ name: 'w', shape: [6], offset: 0, data: kernel, crc: 1 }]),
    'bad.data-00000-of-00001': kernel,
    'raw.npy': npy([0x80, 0x3f], { descr: '|V2', shape: '(1,)' }),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'empty'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly out: string;
  readonly error: string;
  readonly code: number | null;
}

function run(...args: readonly string[]): Ran {
  const { stdout, stderr, status } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' },
  });
  return { out: stdout, error: stderr, code: status };
}

describe('vouchsafe tensors', () => {
  test('lists names, dtypes, shapes and sizes, and totals', () => {
    const { out, code } = run('tensors', 'b.h5');
    expect(code).toBe(0);
    expect(out).toMatch(/kernel +F32 +\[2, 3\] +24 B +\/kernel/);
    expect(out).toContain('F32: 3 tensors, 56 B');
  });

  test('tells what the numbers are like, and what is the same', () => {
    const { out } = run('tensors', 'a.npz', '--histogram', '--sort', 'name');
    expect(out.indexOf('bias')).toBeLessThan(out.indexOf('kernel'));
    expect(out).toMatch(/min 0 {2}max 0 {2}mean 0 {2}std 0 {2}zeros 1 \(50\.0 %\) {2}NaN 1 \(50\.0 %\)/);
    expect(out).toContain('same bytes: kernel, same');
    expect(out).toMatch(/1 █.*█ 6/);
  });

  test('as JSON, for some names only', () => {
    const { out, code } = run('tensors', 'a.npz', '-f', 'json', '--stats', '--filter', 'b*');
    expect(code).toBe(0);
    const report = JSON.parse(out) as { tensors: { name: string; remarks: string[]; sha256: string }[] };
    expect(report.tensors).toMatchObject([{ name: 'bias', remarks: ['nan'], stats: { count: 2, nan: 1, min: 0 } }]);
    expect(report.tensors[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('--verify reads everything and finds a wrong checksum', () => {
    expect(run('tensors', 'bad.index').code).toBe(0);
    const { out, code } = run('tensors', 'bad.index', '--verify');
    expect(code).toBe(1);
    expect(out).toMatch(/cannot be read.*checksum/);
  });

  test('names are shown, not obeyed', () => {
    const { out } = run('tensors', 'evil.npz');
    expect(out).toContain('\\u{1b}[31m\\u{202e}txt');
    // oxlint-disable-next-line no-control-regex -- that none is left is what is tested
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  test('raw items need a word of the user, which must be a dtype', () => {
    expect(run('tensors', 'raw.npy').out).toContain('refused raw: raw items of 2 bytes (dtype-ambiguous)');
    expect(run('tensors', 'raw.npy', '--raw-dtype', 'BF16', '--stats').out).toContain('min 1 ');
    expect(run('tensors', 'raw.npy', '--raw-dtype', 'bfloat').code).toBe(2);
  });

  test('what cannot be listed', () => {
    expect(run('tensors', 'none.npy')).toMatchObject({ code: 2, out: '' });
    expect(run('tensors', 'empty')).toMatchObject({ code: 1, out: '' });
    expect(run('tensors').code).toBe(2);
  });
});

describe('vouchsafe compare', () => {
  test('the same tensors in other formats, orders and compression', () => {
    expect(run('compare', 'a.npz', 'b.h5')).toMatchObject({
      code: 0,
      out: 'the same: a.npz and b.h5\n3 tensors equal\n',
    });
  });

  test('what differs, is renamed, or is only on one side', () => {
    const { out, code } = run('compare', 'b.h5', 'c.h5', '--values');
    expect(code).toBe(1);
    expect(out).toContain('differs kernel: first at [1, 2], 1 of 6 numbers, at most 0.5 apart');
    expect(out).toContain('renamed bias → moved');
    expect(out).toContain('only in the first: same');
  });

  test('within a tolerance, as JSON', () => {
    const { out, code } = run('compare', 'b.h5', 'c.h5', '--atol', '0.5', '--filter', 'kernel', '-f', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ same: true, equal: 0, close: [{ name: 'kernel' }], different: [] });
    expect(run('compare', 'b.h5', 'c.h5', '--atol', '0.4', '--filter', 'kernel').code).toBe(1);
  });

  test('what cannot be compared', () => {
    expect(run('compare', 'b.h5', 'none.h5').code).toBe(2);
    expect(run('compare', 'raw.npy', 'raw.npy').code).toBe(2);
    expect(run('compare', 'b.h5', 'c.h5', '--atol', '-1').code).toBe(2);
  });
});
