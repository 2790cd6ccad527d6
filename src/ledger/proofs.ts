import { sameBytes } from './encoding.ts';
import { HASH_BYTES, type HashFunction, portableHash } from './hashing.ts';
import { emptyRoot, nodeHash } from './tree.ts';

/** Hashes from the leaf's level up, as RFC 9162 orders them. */
export type Proof = readonly Uint8Array[];

export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: Proof;
}

/** True when the leaf is at this index of the tree with this root: RFC 9162 section 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim, hash: HashFunction = portableHash): boolean {
  const { index, size } = claim;
  return verifySubtreeInclusion({ ...claim, start: 0, end: size, index }, hash);
}

export interface SubtreeInclusionClaim extends Omit<InclusionClaim, 'size'> {
  readonly start: number;
  readonly end: number;
}

/** The same within the subtree of the leaves from `start` to before `end`: draft-ietf-plants-merkle-tree-certs. */
export function verifySubtreeInclusion(claim: SubtreeInclusionClaim, hash: HashFunction = portableHash): boolean {
  const { index, start, end, leafHash, root, proof } = claim;
  if (!isSubtree(start, end) || !isSize(index) || index < start || index >= end) return false;
  if (!areHashes([leafHash, root, ...proof])) return false;
  const reached = climbFromLeaf({ own: index - start, last: end - start - 1 }, leafHash, proof, hash);
  return reached !== null && sameBytes(reached, root);
}

/** Where one level of the tree is: the node on the way up, and the last one. */
interface Path {
  readonly own: number;
  readonly last: number;
}

function climbFromLeaf(from: Path, leaf: Uint8Array, proof: Proof, hash: HashFunction): Uint8Array | null {
  let { own, last } = from;
  let current = leaf;
  for (const sibling of proof) {
    if (last === 0) return null;
    if (own % 2 === 1 || own === last) {
      current = nodeHash(sibling, current, hash);
      // Levels at which the last node is a left child have no sibling, and no hash in the proof.
      while (own % 2 === 0) [own, last] = [own / 2, half(last)];
    } else current = nodeHash(current, sibling, hash);
    [own, last] = [half(own), half(last)];
  }
  return last === 0 ? current : null;
}

export interface ConsistencyClaim {
  readonly size1: number;
  readonly root1: Uint8Array;
  readonly size2: number;
  readonly root2: Uint8Array;
  readonly proof: Proof;
}

/**
 * True when the first tree is a beginning of the second: RFC 9162 section 2.1.4.2. There is no proof from an empty
 * tree, which any tree goes on from: it is refused here, whatever the roots, and `continuesEmpty` is asked instead.
 */
export function verifyConsistency(claim: ConsistencyClaim, hash: HashFunction = portableHash): boolean {
  const { size1, root1, size2, root2, proof } = claim;
  if (size1 === 0) return false;
  return verifySubtreeConsistency({ start: 0, end: size1, subRoot: root1, size: size2, root: root2, proof }, hash);
}

/** True when nothing is wrong with going on from the empty tree: its root is known, and no proof is needed. */
export function continuesEmpty({ size1, root1, size2, root2, proof }: ConsistencyClaim): boolean {
  const isEmpty = size1 === 0 && sameBytes(root1, emptyRoot()) && proof.length === 0;
  return isEmpty && (size2 > 0 || sameBytes(root2, emptyRoot()));
}

export interface SubtreeConsistencyClaim {
  readonly start: number;
  readonly end: number;
  readonly subRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: Proof;
}

/** True when the subtree is part of the tree: draft-ietf-plants-merkle-tree-certs, "Verifying a Subtree Consistency Proof". */
export function verifySubtreeConsistency(claim: SubtreeConsistencyClaim, hash: HashFunction = portableHash): boolean {
  const { start, end, size, subRoot, root, proof } = claim;
  if (!isSize(size) || !isSubtree(start, end) || end > size) return false;
  if (start === end) return proof.length === 0 && sameBytes(subRoot, emptyRoot());
  // Nothing is hashed: one tree has one root.
  if (start === 0 && end === size) return proof.length === 0 && sameBytes(subRoot, root);
  return areHashes([subRoot, root, ...proof]) && isPartOf(claim, hash);
}

function isPartOf({ start, end, subRoot, size, root, proof }: SubtreeConsistencyClaim, hash: HashFunction): boolean {
  const edge = seedLevel({ first: start, last: end - 1, final: size - 1 });
  const isWhole = edge.first === edge.last;
  const [seed, ...rest] = isWhole ? [subRoot, ...proof] : proof;
  if (seed === undefined) return false;
  const roots = climb(edge, seed, rest, hash);
  return roots !== null && sameBytes(roots.sub, subRoot) && sameBytes(roots.whole, root);
}

/** Where one level of the tree is: the subtree's first and last node, and the last of all. */
interface Edge {
  readonly first: number;
  readonly last: number;
  readonly final: number;
}

/** The level of the node that the proof starts from: the largest complete one at the right end of the subtree. */
function seedLevel(leaves: Edge): Edge {
  const isAtEnd = leaves.last === leaves.final;
  let edge = leaves;
  while (edge.first !== edge.last && (isAtEnd || edge.last % 2 === 1)) edge = up(edge);
  return edge;
}

function climb(
  from: Edge,
  seed: Uint8Array,
  proof: Proof,
  hash: HashFunction,
): { readonly sub: Uint8Array; readonly whole: Uint8Array } | null {
  let edge = from;
  let [sub, whole] = [seed, seed];
  for (const sibling of proof) {
    if (edge.final === 0) return null;
    if (edge.last % 2 === 1 || edge.last === edge.final) {
      if (edge.first < edge.last) sub = nodeHash(sibling, sub, hash);
      whole = nodeHash(sibling, whole, hash);
      while (edge.last % 2 === 0) edge = up(edge);
    } else whole = nodeHash(whole, sibling, hash);
    edge = up(edge);
  }
  return edge.final === 0 ? { sub, whole } : null;
}

const half = (value: number): number => Math.floor(value / 2);
const up = ({ first, last, final }: Edge): Edge => ({ first: half(first), last: half(last), final: half(final) });

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const areHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every((one) => one.length === HASH_BYTES);

/** A subtree starts at a multiple of the smallest power of two that is not below its size. */
function isSubtree(start: number, end: number): boolean {
  if (!isSize(start) || !isSize(end) || start > end) return false;
  let width = 1;
  while (width < end - start) width *= 2;
  return start % width === 0;
}
