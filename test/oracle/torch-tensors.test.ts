/** The tensors that torch itself makes of a file, and those that are read from it without running it, byte for byte. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { readTensors } from '../../src/tensors/read-tensors.ts';
import { gatherTensor } from '../build/gather-tensor.ts';
import { findPython } from './ask-oracle.ts';

interface Told {
  readonly file: string;
  readonly tensors: Readonly<Record<string, { dtype: string; shape: number[]; sha256: string }>>;
  readonly refused: Readonly<Record<string, string>>;
}

const python = findPython(['torch', 'numpy']);
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-zoo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function zoo(interpreter: string): Told[] {
  const run = spawnSync(interpreter, [join(import.meta.dirname, 'torch_zoo.py'), folder], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr.slice(-2000));
  return run.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
}

test.skipIf(python === null)('every tensor of the zoo has the bytes that torch gives it (needs torch)', () => {
  const files = zoo(python as string);
  expect(files.length).toBeGreaterThan(60);
  for (const { file, tensors, refused } of files) {
    const read = readTensors(new BufferSource(readFileSync(join(folder, file))), file);
    const found = read.tensors.map((tensor) => {
      const sha256 = createHash('sha256').update(gatherTensor(tensor)).digest('hex');
      return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, sha256 }];
    });
    expect(Object.fromEntries(found), file).toEqual(tensors);
    expect(Object.fromEntries(read.refused.map(({ name, code }) => [name, code])), file).toEqual(refused);
    expectTies(read.tensors, file);
  }
});

function expectTies(tensors: ReturnType<typeof readTensors>['tensors'], file: string): void {
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor.storage]));
  if (file.startsWith('layouts-')) {
    expect(named.get('view.a'), file).toBe(named.get('again'));
    expect(named.get('view.b'), file).toBe(named.get('whole'));
    expect(named.get('plain'), file).not.toBe(named.get('whole'));
  }
  if (file.startsWith('module-')) expect(named.get('head.weight'), file).toBe(named.get('embed.weight'));
}
