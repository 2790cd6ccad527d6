import { LedgerError } from './errors.ts';
import { HASH_BYTES, type HashFunction, portableHash } from './hashing.ts';
import { ledgerLimits } from './limits.ts';

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** A complete subtree of 2^level leaves, the `index`-th of that level from the left. */
export interface TreeCoordinate {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends TreeCoordinate {
  readonly hash: Uint8Array;
}

/** RFC 9162 section 2.1.1: SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array, hash: HashFunction = portableHash): Uint8Array {
  const bytes = new Uint8Array(1 + entry.length);
  bytes[0] = LEAF_PREFIX;
  bytes.set(entry, 1);
  return hash(bytes);
}

/** RFC 9162 section 2.1.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: HashFunction = portableHash): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = NODE_PREFIX;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return hash(bytes);
}

/** RFC 9162 section 2.1.1: the root of the empty tree is SHA-256 of nothing. */
export function emptyRoot(): Uint8Array {
  return portableHash(new Uint8Array(0));
}

/** The root over complete subtrees that lie beside each other, the largest at the left. @throws RangeError for none. */
export function foldRight(hashes: readonly Uint8Array[], hash: HashFunction = portableHash): Uint8Array {
  let root = hashes.at(-1);
  if (root === undefined) throw new RangeError('no hashes to fold');
  for (let at = hashes.length - 2; at >= 0; at -= 1) root = nodeHash(hashes[at] as Uint8Array, root, hash);
  return root;
}

/** How many bits of a size are set: so many complete subtrees make up the tree. Sizes pass 2^32, so no bitwise operator. */
function subtreesOf(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

export interface CompactState {
  readonly size: number;
  /** Roots of the complete subtrees, the largest first; as many as bits are set in the size. */
  readonly hashes: readonly Uint8Array[];
}

/** The right edge of a tree: all that is needed to append to it and to know its root. */
export class CompactRange {
  #size: number;
  readonly #hashes: Uint8Array[];
  readonly #hash: HashFunction;

  /** @throws LedgerError `malformed` when the hashes are not those of a tree of this size. */
  constructor(state: CompactState = { size: 0, hashes: [] }, hash: HashFunction = portableHash) {
    const { size, hashes } = state;
    const isSize = Number.isSafeInteger(size) && size >= 0;
    if (!isSize || hashes.length !== subtreesOf(size) || hashes.some((one) => one.length !== HASH_BYTES)) {
      throw LedgerError.of('malformed', `${hashes.length} hashes are no edge of a tree of ${size} entries`);
    }
    this.#size = size;
    this.#hashes = [...hashes];
    this.#hash = hash;
  }

  get size(): number {
    return this.#size;
  }

  get hashes(): readonly Uint8Array[] {
    return this.#hashes;
  }

  /**
   * Adds one leaf and returns every node it completes, the leaf itself first, each one level above the one before.
   * @throws LedgerError `size-limit` when no further leaf can be counted.
   */
  append(leaf: Uint8Array): TreeNode[] {
    if (this.#size >= ledgerLimits.maxTreeSize) throw LedgerError.of('size-limit', 'the tree is full');
    const nodes: TreeNode[] = [{ level: 0, index: this.#size, hash: leaf }];
    let hash = leaf;
    let index = this.#size;
    for (let level = 1; index % 2 === 1; level += 1) {
      index = (index - 1) / 2;
      hash = nodeHash(this.#hashes.pop() as Uint8Array, hash, this.#hash);
      nodes.push({ level, index, hash });
    }
    this.#hashes.push(hash);
    this.#size += 1;
    return nodes;
  }

  root(): Uint8Array {
    return this.#size === 0 ? emptyRoot() : foldRight(this.#hashes, this.#hash);
  }

  /** The same edge, to go on from without changing this one. */
  copy(): CompactRange {
    return new CompactRange({ size: this.#size, hashes: this.#hashes }, this.#hash);
  }
}

/** The nodes that make up a tree, the largest first: what a store reads to go on appending. */
export function edgeNodes(size: number): TreeCoordinate[] {
  const nodes: TreeCoordinate[] = [];
  let index = size;
  for (let level = 0; index > 0; level += 1) {
    if (index % 2 === 1) nodes.unshift({ level, index: index - 1 });
    index = Math.floor(index / 2);
  }
  return nodes;
}
