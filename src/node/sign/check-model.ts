import { resolve } from 'node:path';
import { problemOf, type Problem } from '../../sign/errors.ts';
import { defaultIgnorePaths, evidenceNames, isIgnored, splitName } from '../../sign/manifest.ts';
import type { ModelStatement } from '../../sign/statement.ts';
import { checkUnchanged, hashListing, leftOut, type ManifestOptions } from './build-manifest.ts';
import { listModel, type ListOptions, type ModelFile, type ModelListing } from './list-model.ts';

export interface CheckOptions extends Pick<ManifestOptions, 'ignorePaths' | 'signatureFiles' | 'jobs' | 'onProgress'> {
  /** Files that no signature covers are told, but are no problem. */
  readonly ignoreUnsignedFiles?: boolean | undefined;
}

/** A file or folder that is there and that the signature does not cover. */
export interface Uncovered {
  readonly path: string;
  readonly why: string;
}

export interface ModelCheck {
  readonly coveredFiles: number;
  readonly coveredBytes: number;
  readonly uncovered: readonly Uncovered[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  readonly isFolder: boolean;
}

type LeftOut = Pick<ListOptions, 'ignored' | 'ignoredFiles'>;

/** More than this is counted, not listed. */
const MAX_LISTED = 1000;

/**
 * Compares what is on disk with what was signed. Every file has to be in the manifest, or named by the verifier as one
 * to ignore: that the signer left it out is not enough, or a bundle that ignores everything would vouch for anything.
 * @throws ReadError, SignError `file-changed`.
 */
export async function checkModel(
  target: string,
  statement: ModelStatement,
  options: CheckOptions,
): Promise<ModelCheck> {
  const { serialization } = statement.manifest;
  const accepted = leftOut(target, options);
  const listOptions = { ...unsignedOnly(accepted, statement), allowSymlinks: serialization.allowSymlinks };
  const listing = listModel(target, listOptions);
  const comparison = compare(statement, listing, accepted);
  const uncovered = [
    ...[...listing.ignored, ...comparison.accepted].map((path) => ({ path, why: whyIgnored(path, options, target) })),
    ...comparison.unsigned.map((path) => ({ path, why: 'not signed' })),
    ...comparison.empty.map((path) => ({ path, why: 'empty, and shards leave empty files out' })),
  ];
  const problems = [...listing.problems, ...comparison.missing, ...unsignedProblems(statement, comparison, options)];
  const hashed = await hashCovered(comparison.covered, statement, options);
  checkUnchanged(target, listOptions, listing);
  return {
    coveredFiles: comparison.covered.length,
    coveredBytes: comparison.covered.reduce((sum, one) => sum + one.size, 0),
    uncovered: uncovered.slice(0, MAX_LISTED),
    problems: [...problems, ...hashed],
    notes: [...listing.notes, ...moreThanListed(uncovered.length), ...linkNotes(statement)],
    isFolder: listing.isFolder,
  };
}

interface Comparison {
  readonly covered: readonly ModelFile[];
  /** Neither signed nor named as one to ignore. */
  readonly unsigned: readonly string[];
  /** Not signed, in a folder of which other files are. */
  readonly accepted: readonly string[];
  /** Shards leave empty files out (§6.3.2): nothing in them could be changed, but anybody can add them. */
  readonly empty: readonly string[];
  readonly missing: readonly Problem[];
}

function compare(statement: ModelStatement, listing: ModelListing, accepted: LeftOut): Comparison {
  const expected = expectedPaths(statement, listing);
  const there = new Set(listing.files.map(({ path }) => path));
  const isEmptyShard = (one: ModelFile): boolean =>
    statement.manifest.serialization.method === 'shards' && one.size === 0;
  const unexpected = listing.files.filter(({ path }) => !expected.has(path));
  const others = unexpected.filter((one) => !isEmptyShard(one)).map(({ path }) => path);
  return {
    covered: listing.files.filter(({ path }) => expected.has(path)),
    unsigned: others.filter((path) => !isAccepted(path, accepted)),
    accepted: others.filter((path) => isAccepted(path, accepted)),
    empty: unexpected.filter(isEmptyShard).map(({ path }) => path),
    missing: [...expected].filter((path) => !there.has(path)).map((path) => problemOf('missing-file', path)),
  };
}

function isAccepted(path: string, { ignored, ignoredFiles }: LeftOut): boolean {
  return isIgnored(path, ignored) || ignoredFiles.has(path);
}

/** What is signed is checked, even where it could have been left out: some sign their `.gitattributes` too. */
function unsignedOnly({ ignored, ignoredFiles }: LeftOut, { manifest }: ModelStatement): LeftOut {
  const signed = new Set<string>();
  for (const { name } of manifest.resources) {
    let { path } = splitName(name, manifest.serialization.method);
    for (; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
      if (ignored.has(path) || ignoredFiles.has(path)) signed.add(path);
    }
  }
  const without = (all: ReadonlySet<string>): Set<string> => new Set([...all].filter((one) => !signed.has(one)));
  return { ignored: without(ignored), ignoredFiles: without(ignoredFiles) };
}

/** A signature of one file that does not record its name is good for it under any name. */
function expectedPaths({ manifest, isNameless }: ModelStatement, { files, isFolder }: ModelListing): Set<string> {
  if (isNameless && !isFolder) return new Set(files.map(({ path }) => path));
  return new Set(manifest.resources.map(({ name }) => splitName(name, manifest.serialization.method).path));
}

function unsignedProblems(statement: ModelStatement, { unsigned }: Comparison, options: CheckOptions): Problem[] {
  if (options.ignoreUnsignedFiles === true) return [];
  const bySigner = new Set(statement.manifest.serialization.ignorePaths);
  return unsigned.map((path) => {
    const isLeftOut = isIgnored(path, bySigner) || bySigner.has('.');
    return problemOf('unsigned-file', isLeftOut ? `${path}, which only the signer says to ignore` : path);
  });
}

async function hashCovered(
  files: readonly ModelFile[],
  { manifest, isNameless }: ModelStatement,
  options: CheckOptions,
): Promise<Problem[]> {
  const { hashType, shardSize, allowSymlinks } = manifest.serialization;
  const { resources } = await hashListing({ files }, { ...options, hash: hashType, shardSize, allowSymlinks });
  const actual = new Map(resources.map(({ name, digest }) => [name, digest]));
  if (isNameless)
    return actual.values().next().value === manifest.resources[0]?.digest ? [] : [changedSince('the file')];
  const present = new Set(files.map(({ path }) => path));
  const problems: Problem[] = [];
  for (const { name, digest } of manifest.resources) {
    if (!present.has(splitName(name, manifest.serialization.method).path)) continue;
    if (actual.get(name) !== digest) problems.push(changedSince(name));
    actual.delete(name);
  }
  for (const name of actual.keys()) problems.push(changedSince(name));
  return problems;
}

function changedSince(name: string): Problem {
  return problemOf('digest-mismatch', name);
}

function whyIgnored(path: string, { ignorePaths = [], signatureFiles = [] }: CheckOptions, target: string): string {
  if (defaultIgnorePaths.some((one) => one === path)) return "git's own, never signed";
  if (signatureFiles.some((file) => resolve(file) === resolve(target, path))) return 'the signature itself';
  if (path === evidenceNames.signature) return 'another signature, which was not verified';
  if (Object.values(evidenceNames).some((one) => one === path)) return 'evidence, which is signed by itself';
  return ignorePaths.length === 0 ? 'a signature' : 'ignored on request';
}

function moreThanListed(count: number): string[] {
  return count <= MAX_LISTED ? [] : [`${count - MAX_LISTED} more files and folders are not covered`];
}

function linkNotes({ manifest }: ModelStatement): string[] {
  return manifest.serialization.allowSymlinks ? ['symbolic links were followed, as when it was signed'] : [];
}
