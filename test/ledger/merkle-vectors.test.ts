import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '../../src/ledger/proofs.ts';

interface Vector {
  readonly name: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
  readonly [member: string]: unknown;
}

const text = readFileSync(new URL('../fixtures/merkle/vectors.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text) as Readonly<Record<string, readonly Vector[]>>;

const bytes = (value: unknown): Uint8Array =>
  new Uint8Array(typeof value === 'string' ? Buffer.from(value, 'base64') : expect.fail('no text'));
const count = (value: unknown): number => Number(value);
const proofOf = (vector: Vector): Uint8Array[] => (vector.proof ?? []).map(bytes);

const suites: Readonly<Record<string, (vector: Vector) => boolean>> = {
  inclusion: (v) =>
    verifyInclusion({
      index: count(v['leafIdx']),
      size: count(v['treeSize']),
      leafHash: bytes(v['leafHash']),
      root: bytes(v['root']),
      proof: proofOf(v),
    }),
  consistency: (v) =>
    verifyConsistency({
      size1: count(v['size1']),
      size2: count(v['size2']),
      root1: bytes(v['root1']),
      root2: bytes(v['root2']),
      proof: proofOf(v),
    }),
  subtreeinclusion: (v) =>
    verifySubtreeInclusion({
      index: count(v['leafIdx']),
      start: count(v['start']),
      end: count(v['end']),
      leafHash: bytes(v['leafHash']),
      root: bytes(v['root']),
      proof: proofOf(v),
    }),
  subtreeconsistency: (v) =>
    verifySubtreeConsistency({
      start: count(v['start']),
      end: count(v['end']),
      size: count(v['size']),
      subRoot: bytes(v['root1']),
      root: bytes(v['root2']),
      proof: proofOf(v),
    }),
};

describe('vectors of transparency-dev/merkle', () => {
  test('are all there', () => {
    const counts = Object.fromEntries(Object.entries(vectors).map(([kind, all]) => [kind, all.length]));
    expect(counts).toEqual({ inclusion: 98, consistency: 98, subtreeconsistency: 118, subtreeinclusion: 204 });
  });

  for (const [kind, verify] of Object.entries(suites)) {
    test.each((vectors[kind] ?? []).map((vector) => [vector.name, vector] as const))(`${kind}: %s`, (_name, vector) => {
      expect(verify(vector)).toBe(!vector.wantErr);
    });
  }
});
