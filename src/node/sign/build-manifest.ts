import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { SignError } from '../../sign/errors.ts';
import {
  defaultIgnorePaths,
  evidenceNames,
  parseIgnorePath,
  pathFault,
  shardName,
  sortResources,
  type HashName,
  type Manifest,
  type Resource,
} from '../../sign/manifest.ts';
import { signLimits } from '../../sign/limits.ts';
import type { HashTask } from './digest-range.ts';
import { hashFiles, type HashProgress } from './hash-files.ts';
import { failOnProblems } from './fail-on-problems.ts';
import { listModel, type ListOptions, type ModelFile, type ModelListing } from './list-model.ts';

export interface ManifestOptions {
  /** Paths to leave out, from the model's root. */
  readonly ignorePaths?: readonly string[] | undefined;
  /** Where signatures are kept: left out too. */
  readonly signatureFiles?: readonly string[] | undefined;
  readonly hash?: HashName | undefined;
  /** Bytes; given, files are hashed in pieces of that size. */
  readonly shardSize?: number | undefined;
  readonly allowSymlinks?: boolean | undefined;
  readonly jobs?: number | undefined;
  readonly onProgress?: ((progress: HashProgress) => void) | undefined;
}

export interface BuiltManifest {
  readonly manifest: Manifest;
  readonly files: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/**
 * Lists and hashes a model: what is to be signed.
 * @throws ReadError, SignError for everything that cannot be signed; nothing is left out in silence.
 */
export async function buildManifest(target: string, options: ManifestOptions = {}): Promise<BuiltManifest> {
  const { hash = 'sha256', shardSize, allowSymlinks = false } = options;
  const left = leftOut(target, options);
  const listOptions = { ...left, allowSymlinks };
  const listing = listModel(target, listOptions);
  failOnProblems(listing.problems);
  const { resources, bytes } = await hashListing(listing, { ...options, hash, shardSize, allowSymlinks });
  if (resources.length === 0) throw SignError.of('empty-manifest', `${target} has no file to sign`);
  checkUnchanged(target, listOptions, listing);
  const manifest: Manifest = {
    modelName: listing.modelName,
    resources: sortResources(resources, 'code-point'),
    serialization: {
      method: shardSize === undefined ? 'files' : 'shards',
      hashType: hash,
      allowSymlinks,
      ...(shardSize === undefined ? {} : { shardSize }),
      ignorePaths: listing.isFolder ? [...left.ignored, ...left.ignoredFiles].sort() : [],
    },
  };
  return { manifest, files: listing.files.length, bytes, notes: [...listing.notes, ...notesOn(listing, options)] };
}

/** What is not part of the model: git's own and what the user names, and as files only: evidence and signatures. */
export function leftOut(
  target: string,
  options: Pick<ManifestOptions, 'ignorePaths' | 'signatureFiles'>,
): Pick<ListOptions, 'ignored' | 'ignoredFiles'> {
  const signatures = (options.signatureFiles ?? []).map((file) => pathInside(target, file));
  const ignored = new Set([...defaultIgnorePaths, ...(options.ignorePaths ?? []).map(parseIgnorePath)]);
  const files = [...Object.values(evidenceNames), ...signatures].filter((one) => one !== null && !ignored.has(one));
  return { ignored, ignoredFiles: new Set(files as string[]) };
}

/**
 * A path to leave out as people type it: from the working directory when that leads into the model, as the Python
 * reference has it, else from the model's root, as the specification says.
 * @throws SignError `ignore-path-invalid`.
 */
export function ignorePathOf(target: string, typed: string): string {
  return parseIgnorePath(pathInside(target, typed) ?? typed);
}

/** A path from the working directory as one from the model's root, or null when it leads elsewhere. */
function pathInside(target: string, file: string): string | null {
  const plain = pathBetween(resolve(target), resolve(file));
  if (plain !== null) return plain;
  const absolute = resolve(file);
  return pathBetween(realPath(target), join(realPath(dirname(absolute)), basename(absolute)));
}

function pathBetween(root: string, file: string): string | null {
  const path = relative(root, file).split(sep).join('/');
  return pathFault(path) === null && !/^[A-Za-z]:/.test(path) ? path : null;
}

/** With its links resolved, if it is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

export interface HashedListing {
  readonly resources: readonly Resource[];
  readonly bytes: number;
}

/** Hashes listed files, whole or in shards; in the order of the listing. */
export async function hashListing(
  listing: Pick<ModelListing, 'files'>,
  options: ManifestOptions & { readonly hash: HashName; readonly allowSymlinks: boolean },
): Promise<HashedListing> {
  checkPieces(listing.files, options.shardSize);
  const pieces = listing.files.flatMap((file) => piecesOf(file, options));
  const digests = await hashFiles(
    pieces.map(({ task }) => task),
    options,
  );
  const resources = pieces.map(({ name }, index) => ({ name, digest: digests[index] ?? '' }));
  return { resources, bytes: listing.files.reduce((sum, one) => sum + one.size, 0) };
}

interface Piece {
  readonly name: string;
  readonly task: HashTask;
}

/** More than a manifest may hold: a sparse file, or a shard of a few bytes, would make any number of them. */
function checkPieces(files: readonly ModelFile[], shardSize: number | undefined): void {
  const count =
    shardSize === undefined ? files.length : files.reduce((sum, { size }) => sum + Math.ceil(size / shardSize), 0);
  if (count <= signLimits.maxResources) return;
  throw SignError.of('size-limit', `${count} files or shards, ${signLimits.maxResources} allowed`);
}

function piecesOf(
  { path, file, size }: ModelFile,
  { shardSize, allowSymlinks }: { readonly shardSize?: number | undefined; readonly allowSymlinks: boolean },
): Piece[] {
  const base = { file, size, followLinks: allowSymlinks };
  if (shardSize === undefined) return [{ name: path, task: { ...base, begin: 0, end: null } }];
  const count = Math.ceil(size / shardSize);
  return Array.from({ length: count }, (_, index) => {
    const [begin, end] = [index * shardSize, Math.min(size, (index + 1) * shardSize)];
    return { name: shardName(path, begin, end), task: { ...base, begin, end } };
  });
}

/** A file that was added, removed or written to while others were hashed would make the manifest a lie. */
export function checkUnchanged(target: string, options: ListOptions, before: ModelListing): void {
  const now = new Map(listModel(target, options).files.map((one) => [one.path, one.state]));
  for (const { path, state } of before.files) {
    if (now.get(path) !== state) throw SignError.of('file-changed', `${path}: written, replaced or removed meanwhile`);
    now.delete(path);
  }
  const [added] = now.keys();
  if (added !== undefined) throw SignError.of('file-changed', `${added}: added meanwhile`);
}

function notesOn({ files }: ModelListing, { shardSize }: ManifestOptions): string[] {
  if (shardSize === undefined) return [];
  const empty = files.filter(({ size }) => size === 0).length;
  const colons = files.filter(({ path }) => path.includes(':')).length;
  return [
    ...(empty === 0 ? [] : [`${empty} empty files are not covered: shards leave them out`]),
    ...(colons === 0 ? [] : [`${colons} names contain a colon, which the Python reference cannot verify in shards`]),
  ];
}

/** Where a model's signature is when nobody says (`model.sig` in a folder, `F.sig` beside a file). */
export function evidencePath(target: string, isFolder: boolean, kind: keyof typeof evidenceNames): string {
  const name = evidenceNames[kind];
  const plain = target.replace(/(?<=.)\/+$/, '');
  return isFolder ? `${plain === '/' ? '' : plain}/${name}` : `${plain}${name.slice('model'.length)}`;
}
