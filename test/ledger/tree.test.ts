import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LedgerError } from '../../src/ledger/errors.ts';
import { buildProof, consistencyNodes, inclusionNodes } from '../../src/ledger/proof-nodes.ts';
import { type Proof, continuesEmpty, verifyConsistency, verifyInclusion } from '../../src/ledger/proofs.ts';
import {
  CompactRange,
  edgeNodes,
  emptyRoot,
  leafHash,
  nodeHash,
  type TreeCoordinate,
  type TreeNode,
} from '../../src/ledger/tree.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leafOf = (index: number): Uint8Array => leafHash(Buffer.from(`entry ${index}`));
const keyOf = ({ level, index }: TreeCoordinate): string => `${level}/${index}`;

/** RFC 9162 section 2.1.1, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return emptyRoot();
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

interface Grown {
  readonly range: CompactRange;
  readonly nodes: Map<string, Uint8Array>;
  readonly roots: readonly Uint8Array[];
}

function grow(size: number): Grown {
  const range = new CompactRange();
  const nodes = new Map<string, Uint8Array>();
  const roots = [range.root()];
  for (let index = 0; index < size; index += 1) {
    for (const node of range.append(leafOf(index))) nodes.set(keyOf(node), node.hash);
    roots.push(range.root());
  }
  return { range, nodes, roots };
}

const SIZE = 300;
const grown = grow(SIZE);
const read = (wanted: readonly TreeCoordinate[]): Uint8Array[] =>
  wanted.map((one) => grown.nodes.get(keyOf(one)) ?? expect.fail(`no node ${keyOf(one)}`));
const rootOf = (size: number): Uint8Array => grown.roots[size] ?? expect.fail(`no tree of ${size}`);

function inclusionOf(index: number, size: number): Proof {
  const wanted = inclusionNodes(index, size);
  return buildProof(wanted, read(wanted.nodes));
}

function consistencyOf(size1: number, size2: number): Proof {
  const wanted = consistencyNodes(size1, size2);
  return buildProof(wanted, read(wanted.nodes));
}

describe('the tree of RFC 9162', () => {
  // transparency-dev/merkle, testonly/constants.go.
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  test('has the published roots, the empty one included', () => {
    const range = new CompactRange();
    expect(hex(range.root())).toBe(roots[0]);
    for (const [at, leaf] of leaves.entries()) {
      range.append(leafHash(Buffer.from(leaf, 'hex')));
      expect(hex(range.root())).toBe(roots[at + 1]);
    }
  });

  test('has the root of the definition at every size', () => {
    const all = Array.from({ length: SIZE }, (_, index) => leafOf(index));
    for (let size = 0; size <= SIZE; size += 1) expect(rootOf(size)).toEqual(naiveRoot(all.slice(0, size)));
  });

  test('goes on from its edge, read from the nodes it completed', () => {
    for (let size = 0; size < SIZE; size += 1) {
      const range = new CompactRange({ size, hashes: read(edgeNodes(size)) });
      expect(range.root()).toEqual(rootOf(size));
      range.append(leafOf(size));
      expect(range.root()).toEqual(rootOf(size + 1));
    }
  });

  test('completes every node once, and only complete ones', () => {
    const seen: TreeNode[] = [];
    const range = new CompactRange();
    for (let index = 0; index < 64; index += 1) seen.push(...range.append(leafOf(index)));
    expect(new Set(seen.map(keyOf)).size).toBe(seen.length);
    expect(seen).toHaveLength(127);
  });

  test('refuses an edge that is not one of its size', () => {
    const hash = leafOf(0);
    for (const state of [
      { size: 3, hashes: [hash] },
      { size: 0, hashes: [hash] },
      { size: -1, hashes: [] },
      { size: 0.5, hashes: [hash] },
      { size: 1, hashes: [hash.subarray(1)] },
    ]) {
      expect(() => new CompactRange(state)).toThrow(LedgerError);
    }
  });

  test('counts beyond 32 bits', () => {
    const size = 2 ** 40 + 1;
    const range = new CompactRange({ size, hashes: [leafOf(1), leafOf(2)] });
    const made = range.append(leafOf(3));
    expect(made.map(keyOf)).toEqual([`0/${size}`, `1/${2 ** 39}`]);
    expect(inclusionNodes(2 ** 40, size).nodes).toEqual([{ level: 40, index: 0 }]);
    expect(edgeNodes(size)).toEqual([
      { level: 40, index: 0 },
      { level: 0, index: 2 ** 40 },
    ]);
  });
});

describe('proofs', () => {
  test('of inclusion hold for every entry of every size', () => {
    for (let size = 1; size <= 70; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const claim = { index, size, leafHash: leafOf(index), root: rootOf(size), proof: inclusionOf(index, size) };
        expect(verifyInclusion(claim)).toBe(true);
      }
    }
  });

  test('of consistency hold for every pair of sizes', () => {
    for (let size2 = 1; size2 <= 70; size2 += 1) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const proof = consistencyOf(size1, size2);
        const claim = { size1, size2, root1: rootOf(size1), root2: rootOf(size2), proof };
        expect(verifyConsistency(claim)).toBe(true);
      }
    }
  });

  test('from the empty tree are none, and no root but its own is taken for it', () => {
    expect(consistencyNodes(0, 5)).toEqual({ nodes: [], widths: [] });
    const claim = { size1: 0, root1: emptyRoot(), size2: 5, root2: rootOf(5), proof: [] };
    expect(continuesEmpty(claim)).toBe(true);
    expect(verifyConsistency(claim)).toBe(false);
    expect(continuesEmpty({ ...claim, root1: rootOf(1) })).toBe(false);
    expect(continuesEmpty({ ...claim, proof: [rootOf(1)] })).toBe(false);
    expect(continuesEmpty({ ...claim, size2: 0 })).toBe(false);
    expect(continuesEmpty({ ...claim, size2: 0, root2: emptyRoot() })).toBe(true);
    expect(continuesEmpty({ ...claim, size1: 1, root1: rootOf(1) })).toBe(false);
  });

  test('are refused for what is not in the tree', () => {
    expect(() => inclusionNodes(5, 5)).toThrow(LedgerError);
    expect(() => inclusionNodes(-1, 5)).toThrow(LedgerError);
    expect(() => inclusionNodes(0.5, 5)).toThrow(LedgerError);
    expect(() => consistencyNodes(6, 5)).toThrow(LedgerError);
    expect(() => buildProof(inclusionNodes(3, 5), [])).toThrow('expected');
  });

  const pair = fc
    .tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
  const mutation = fc.record({ hash: fc.nat(), bit: fc.nat(255) });

  function flipped(proof: Proof, { hash, bit }: { hash: number; bit: number }): Proof {
    return proof.map((one, at) => {
      if (at !== hash % proof.length) return one;
      const copy = Uint8Array.from(one);
      copy.set([(copy.at(bit >> 3) ?? 0) ^ (1 << (bit & 7))], bit >> 3);
      return copy;
    });
  }

  test('of inclusion hold, and hold no longer when any bit, the index or the size is changed', () => {
    fc.assert(
      fc.property(pair, mutation, ([index, size], change) => {
        const claim = { index, size, leafHash: leafOf(index), root: rootOf(size), proof: inclusionOf(index, size) };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: leafOf(index + 1) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, leafOf(0)] })).toBe(false);
        if (claim.proof.length === 0) return;
        expect(verifyInclusion({ ...claim, proof: flipped(claim.proof, change) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
      }),
    );
  });

  test('of consistency hold, and hold no longer when any bit or either root is changed', () => {
    fc.assert(
      fc.property(pair, mutation, ([before, size2], change) => {
        const size1 = before + 1;
        const proof = consistencyOf(size1, size2);
        const claim = { size1, size2, root1: rootOf(size1), root2: rootOf(size2), proof };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, root1: leafOf(0), root2: leafOf(1) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, leafOf(0)] })).toBe(false);
        if (proof.length === 0) return;
        expect(verifyConsistency({ ...claim, proof: flipped(proof, change) })).toBe(false);
        expect(verifyConsistency({ ...claim, root1: leafOf(SIZE) })).toBe(false);
        expect(verifyConsistency({ ...claim, root2: leafOf(SIZE) })).toBe(false);
      }),
    );
  });
});
