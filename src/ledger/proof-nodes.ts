import { LedgerError } from './errors.ts';
import { type HashFunction, portableHash } from './hashing.ts';
import type { Proof } from './proofs.ts';
import { foldRight, type TreeCoordinate } from './tree.ts';

/** What to read to build a proof: every node in one list, so that a store reads them with one query. */
export interface ProofNodes {
  readonly nodes: readonly TreeCoordinate[];
  /** For each hash of the proof, how many of the nodes, in turn, make it up: more than one at the ragged right edge. */
  readonly widths: readonly number[];
}

/**
 * The nodes of the inclusion proof of one leaf: RFC 9162 section 2.1.3.1.
 * @throws LedgerError `proof-invalid` when there is no such leaf.
 */
export function inclusionNodes(index: number, size: number): ProofNodes {
  if (!isInside(index, size)) throw LedgerError.of('proof-invalid', `no entry ${index} in a tree of ${size}`);
  const siblings: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    const isLeft = index < middle;
    siblings.push(isLeft ? { start: middle, end } : { start, end: middle });
    if (isLeft) end = middle;
    else start = middle;
  }
  return nodesOf(siblings.toReversed());
}

/**
 * The nodes of the proof that a tree of `size2` leaves goes on from one of `size1`: RFC 9162 section 2.1.4.1. No node
 * when the sizes are equal, or the first is 0.
 * @throws LedgerError `proof-invalid` when the first is the larger one.
 */
export function consistencyNodes(size1: number, size2: number): ProofNodes {
  if (!isInside(size1, size2 + 1)) throw LedgerError.of('proof-invalid', `no tree of ${size1} in a tree of ${size2}`);
  if (size1 === 0 || size1 === size2) return { nodes: [], widths: [] };
  const ranges: Range[] = [];
  let [start, end] = [0, size2];
  while (end !== size1) {
    const middle = start + splitOf(end - start);
    const isLeft = size1 <= middle;
    ranges.push(isLeft ? { start: middle, end } : { start, end: middle });
    if (isLeft) end = middle;
    else start = middle;
  }
  // The old tree itself is known to whoever checks; a part of it is not.
  if (start > 0) ranges.push({ start, end });
  return nodesOf(ranges.toReversed());
}

/**
 * The proof, from the hashes of the nodes in the order in which they were asked for.
 * @throws LedgerError `proof-invalid` when there are not as many.
 */
export function buildProof(
  { nodes, widths }: ProofNodes,
  hashes: readonly Uint8Array[],
  hash: HashFunction = portableHash,
): Proof {
  if (hashes.length !== nodes.length) {
    throw LedgerError.of('proof-invalid', `expected ${nodes.length} nodes, found ${hashes.length}`);
  }
  let at = 0;
  return widths.map((width) => {
    at += width;
    return foldRight(hashes.slice(at - width, at), hash);
  });
}

/** Reads nodes, in the order asked for. */
export type NodeReader = (nodes: readonly TreeCoordinate[]) => Promise<readonly Uint8Array[]>;

/** The inclusion proof of one leaf. @throws LedgerError `proof-invalid`. */
export async function readInclusionProof(index: number, size: number, read: NodeReader): Promise<Proof> {
  const wanted = inclusionNodes(index, size);
  return buildProof(wanted, await read(wanted.nodes));
}

/** The proof that the larger tree goes on from the smaller. @throws LedgerError `proof-invalid`. */
export async function readConsistencyProof(size1: number, size2: number, read: NodeReader): Promise<Proof> {
  const wanted = consistencyNodes(size1, size2);
  return buildProof(wanted, await read(wanted.nodes));
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function nodesOf(ranges: readonly Range[]): ProofNodes {
  const parts = ranges.map(coverOf);
  return { nodes: parts.flat(), widths: parts.map((part) => part.length) };
}

/** The complete subtrees that a subtree consists of, from left to right, each smaller than the one before. */
function coverOf({ start, end }: Range): TreeCoordinate[] {
  const nodes: TreeCoordinate[] = [];
  let at = start;
  let [level, width] = [0, 1];
  while (width * 2 <= end - start) [level, width] = [level + 1, width * 2];
  for (; at < end; [level, width] = [level - 1, width / 2]) {
    if (width > end - at) continue;
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let width = 1;
  while (width * 2 < count) width *= 2;
  return width;
}

function isInside(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}
