/** The tensors that numpy, h5py and onnx read from files they wrote, and those that are read here, byte for byte. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sha256Tensor } from '../../src/node/examine-tensors.ts';
import { openTensors } from '../../src/node/open-tensors.ts';
import { findPython } from './ask-oracle.ts';

interface Told {
  readonly file: string;
  readonly tensors: Readonly<Record<string, { dtype: string; shape: number[]; sha256: string }>>;
  readonly refused: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-arrays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function zoo(python: string, kind: string): Told[] {
  const run = spawnSync(python, [join(import.meta.dirname, 'array_zoo.py'), folder, kind], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(run.stderr.slice(-2000));
  return run.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
}

const kinds = [
  ['numpy', ['numpy'], 5],
  ['hdf5', ['numpy', 'h5py'], 3],
  ['onnx', ['numpy', 'onnx', 'ml_dtypes'], 2],
] as const;

for (const [kind, modules, files] of kinds) {
  const python = findPython(modules);
  test.skipIf(python === null)(`every tensor of the ${kind} zoo (needs ${modules.join(', ')})`, () => {
    const told = zoo(python as string, kind);
    expect(told).toHaveLength(files);
    for (const { file, tensors, refused } of told) {
      const opened = openTensors(join(folder, file));
      try {
        const [part] = opened.parts;
        const found = (part?.file.tensors ?? []).map((tensor) => {
          return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, sha256: sha256Tensor(tensor) }] as const;
        });
        expect(Object.fromEntries(found), file).toEqual(tensors);
        expect(part?.file.refused.map(({ name }) => name).sort(), file).toEqual(refused);
      } finally {
        opened.close();
      }
    }
  });
}
