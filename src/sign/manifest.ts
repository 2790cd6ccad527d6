import { createHash } from 'node:crypto';
import { SignError } from './errors.ts';
import { signLimits } from './limits.ts';
import { hashBytes, type HashName } from './names.ts';

export type { HashName } from './names.ts';

/**
 * The manifest of a signed model, after OpenSSF Model Signing v1.0 (section numbers below are of that text). This is
 * the one place that knows names, orders and the root digest.
 */

/** A file, or with the method "shards" one byte range of it (§6.3). */
export interface Resource {
  /** Path from the model's root, `/` between components; for shards followed by `:begin:end`. */
  readonly name: string;
  /** Lower-case hexadecimal. */
  readonly digest: string;
}

/** How the files were enumerated and hashed (§5.2.2). */
export interface Serialization {
  readonly method: 'files' | 'shards';
  readonly hashType: HashName;
  readonly allowSymlinks: boolean;
  /** Bytes; present with "shards" only. */
  readonly shardSize?: number;
  readonly ignorePaths: readonly string[];
}

export interface Manifest {
  /** Base name of the model's folder or file; informative only (§6.5). */
  readonly modelName: string;
  /** In the order in which they are hashed into the root digest. */
  readonly resources: readonly Resource[];
  readonly serialization: Serialization;
}

/** `code-point`: by name, as the specification says. `path-component`: as the Python reference sorts. */
export type ManifestOrder = 'code-point' | 'path-component';

/** Never part of a model (§6.2); only at its top level. */
export const defaultIgnorePaths = ['.git', '.gitattributes', '.github', '.gitignore'] as const;

/** Evidence beside a folder's files: made after signing, or the signature itself; each is checked by its own means. */
export const evidenceNames = {
  signature: 'model.sig',
  attestations: 'model.intoto.jsonl',
  cyclonedx: 'model.cdx.json',
  spdx: 'model.spdx.json',
} as const;

/** SHA-256 over the digests in the order given, in hexadecimal (§6.5.1). */
export function rootDigest(resources: readonly Resource[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(digest, 'hex');
  return hash.digest('hex');
}

/**
 * What binds names to contents, in hexadecimal: the root digest says which contents there are and in which order, but
 * not what they are called, so that a rename that keeps the order keeps it. The same whatever order is signed.
 */
export function manifestDigest({
  resources,
  serialization,
}: Pick<Manifest, 'resources'> & {
  readonly serialization: Pick<Serialization, 'method' | 'hashType'>;
}): string {
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify([serialization.method, serialization.hashType])}\n`);
  for (const { name, digest } of sortResources(resources, 'code-point')) {
    hash.update(`${JSON.stringify([name, digest])}\n`);
  }
  return hash.digest('hex');
}

/** The root digest of the same files under both orders in use; they differ where `a-b` meets `a/b`. */
export function rootDigests(resources: readonly Resource[], method: Serialization['method'] = 'files') {
  return {
    codePoint: rootDigest(sortResources(resources, 'code-point')),
    pathComponent: rootDigest(sortResources(resources, 'path-component', method)),
  };
}

export function sortResources(
  resources: readonly Resource[],
  order: ManifestOrder,
  method: Serialization['method'] = 'files',
): Resource[] {
  if (order === 'code-point') return resources.toSorted((a, b) => compareCodePoints(a.name, b.name));
  const keyed = resources.map((resource) => ({ resource, shard: splitName(resource.name, method) }));
  keyed.sort((a, b) => compareShards(a.shard, b.shard));
  return keyed.map(({ resource }) => resource);
}

/** By Unicode code point. Plain string comparison would put U+FFxx after characters beyond the basic plane. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return aboveSurrogates(x) - aboveSurrogates(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond every single code unit. */
function aboveSurrogates(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** A file, or the range `[begin, end)` of one. */
export interface NamedRange {
  readonly path: string;
  readonly begin: number;
  /** Null: to the end of the file, whatever its size. */
  readonly end: number | null;
}

/**
 * Takes a resource name apart. Names of files may contain colons, so the range is what the last two say (§6.3.2).
 * @throws SignError `unsafe-name`.
 */
export function splitName(name: string, method: Serialization['method']): NamedRange {
  if (method === 'files') return { path: name, begin: 0, end: null };
  const match = /^(.+):(0|[1-9]\d{0,15}):([1-9]\d{0,15})$/s.exec(name);
  const [begin, end] = [Number(match?.[2]), Number(match?.[3])];
  if (match?.[1] === undefined || !(begin < end) || !Number.isSafeInteger(end)) {
    throw SignError.of('unsafe-name', `${name} names no range of a file`);
  }
  return { path: match[1], begin, end };
}

export function shardName(path: string, begin: number, end: number): string {
  return `${path}:${begin}:${end}`;
}

const SLASH = 0x2f;

function compareShards(a: NamedRange, b: NamedRange): number {
  return comparePaths(a.path, b.path) || a.begin - b.begin || (a.end ?? 0) - (b.end ?? 0);
}

/** Component by component; without taking paths apart, which costs for each comparison. */
function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    // A component that ends is before one that goes on.
    if (x === SLASH || y === SLASH) return x === SLASH ? -1 : 1;
    return aboveSurrogates(x) - aboveSurrogates(y);
  }
  return a.length - b.length;
}

/** Why a text is no canonical relative path (§6.1.2), or null. */
export function pathFault(path: string): string | null {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > signLimits.maxNameBytes) return `is longer than ${signLimits.maxNameBytes} bytes`;
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (path.includes('\0')) return 'contains a zero byte';
  if (path.startsWith('/')) return 'is absolute';
  const part = /(?:^|\/)(\.{0,2})(?:\/|$)/.exec(path)?.[1];
  return part === undefined ? null : `has the component "${part}"`;
}

/** True when `path` is one of `ignored` or inside one of them. */
export function isIgnored(path: string, ignored: ReadonlySet<string>): boolean {
  if (ignored.has(path)) return true;
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    if (ignored.has(path.slice(0, slash))) return true;
  }
  return false;
}

/** A path to leave out, as a user names it: exact, from the model's root (§6.2.1). @throws SignError. */
export function parseIgnorePath(text: string): string {
  const plain = text.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  const fault = /[*?[]/.test(plain) ? 'has a glob character, which the format does not know' : pathFault(plain);
  if (fault !== null) throw SignError.of('ignore-path-invalid', `${text} ${fault}`);
  return plain;
}

/** The manifest's consistency, all that can be known without the files. @throws SignError. */
export function checkManifest(manifest: Manifest): ManifestOrder {
  const { resources, serialization } = manifest;
  const { method, hashType, shardSize } = serialization;
  if (resources.length === 0) throw SignError.of('empty-manifest', 'its list of resources is empty');
  if ((shardSize === undefined) !== (method === 'files')) {
    throw SignError.of('statement-malformed', 'shard_size goes with the method "shards", and only with it');
  }
  const seen = new Set<string>();
  for (const { name, digest } of resources) {
    const { path } = splitName(name, method);
    const fault = pathFault(path);
    if (fault !== null) throw SignError.of('unsafe-name', `${name} ${fault}`);
    if (seen.has(name)) throw SignError.of('duplicate-name', name);
    seen.add(name);
    if (digest.length !== hashBytes[hashType] * 2) {
      const found = `${name} has a digest of ${digest.length / 2} bytes, ${hashType} has ${hashBytes[hashType]}`;
      throw SignError.of('algorithm-mismatch', found);
    }
  }
  const order = orderOf(resources, method);
  checkNesting(resources, method);
  if (shardSize !== undefined) checkShards(resources, shardSize);
  return order;
}

/**
 * No path is a file and a folder at once. Sorted, a path stands before all that begin with it, and nothing else is
 * between; so those that can be a folder of the next are the ones that it begins with.
 */
function checkNesting(resources: readonly Resource[], method: Serialization['method']): void {
  const paths = [...new Set(resources.map(({ name }) => splitName(name, method).path))].sort();
  const beginnings: string[] = [];
  for (const path of paths) {
    while (beginnings.length > 0 && !path.startsWith(beginnings.at(-1) ?? '')) beginnings.pop();
    const folder = beginnings.find((one) => path.charCodeAt(one.length) === SLASH);
    if (folder !== undefined) throw SignError.of('unsafe-name', `${folder} is named as a file and as a folder`);
    beginnings.push(path);
  }
}

/** The shards of a file leave no gap, and only the last is shorter than the others (§6.3.2). */
function checkShards(resources: readonly Resource[], shardSize: number): void {
  const ends = new Map<string, number>();
  for (const { name } of sortResources(resources, 'path-component', 'shards')) {
    const { path, begin, end } = splitName(name, 'shards');
    const expected = ends.get(path) ?? 0;
    const length = (end ?? 0) - begin;
    if (begin !== expected || begin % shardSize !== 0 || length > shardSize) {
      throw SignError.of('unsafe-name', `${name} does not continue shards of ${shardSize} bytes at ${expected}`);
    }
    ends.set(path, end ?? 0);
  }
}

/** Compares neighbours only: sorting anew what is sorted nowhere costs the more, the longer the names are. */
function orderOf(resources: readonly Resource[], method: Serialization['method']): ManifestOrder {
  if (isSorted(resources, (a, b) => compareCodePoints(a.name, b.name))) return 'code-point';
  const ranges = resources.map(({ name }) => splitName(name, method));
  if (isSorted(ranges, compareShards)) return 'path-component';
  throw SignError.of('unsorted-manifest', 'neither by code point nor by path component');
}

function isSorted<T>(all: readonly T[], compare: (a: T, b: T) => number): boolean {
  return all.every((one, index) => {
    const before = all[index - 1];
    return before === undefined || compare(before, one) <= 0;
  });
}
