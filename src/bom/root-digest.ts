import { readBundle } from '../sign/bundle.ts';
import { SignError } from '../sign/errors.ts';
import {
  defaultIgnorePaths,
  evidenceNames,
  isIgnored,
  manifestDigest,
  rootDigest,
  sortResources,
  type Resource,
} from '../sign/manifest.ts';
import type { ModelStatement } from '../sign/statement.ts';
import { BomError } from './errors.ts';
import type { RootDigest } from './facts.ts';

/** Evidence about a model that lies beside its files: made from them, so never a part of them. */
export function evidencePaths(modelName: string, isFolder: boolean): Readonly<Record<EvidenceKind, string>> {
  if (isFolder) return evidenceNames;
  return {
    signature: `${modelName}.sig`,
    attestations: `${modelName}.intoto.jsonl`,
    cyclonedx: `${modelName}.cdx.json`,
    spdx: `${modelName}.spdx.json`,
  };
}

type EvidenceKind = keyof typeof evidenceNames;

/** A file with the SHA-256 of what is in it now. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/** A signature file as it lies there; `content` is undefined when there is none. */
export interface SignatureFile {
  readonly path: string;
  /** Whether it lies in the folder that it is about, or beside a single file. */
  readonly isFolder: boolean;
  readonly content?: Uint8Array | undefined;
}

export interface MeasuredRoot {
  readonly root: RootDigest;
  /** True for paths that the root digest covers. */
  readonly covers: (path: string) => boolean;
  /** A statement whose digests are no SHA-256 of whole files: somebody has to hash the files as it says. */
  readonly unchecked?: ModelStatement;
}

/**
 * The root digest of files as they are now. When there is a signature, the files have to give the digest that it
 * signs; whether the signature itself is valid is not looked at.
 * @throws BomError `signature-unreadable`, `digest-mismatch`.
 */
export function measureRoot(files: readonly HashedFile[], signature: SignatureFile): MeasuredRoot {
  const statement = statementOf(signature);
  if (statement !== undefined) return signedRoot(files, signature, statement);
  const ignored = new Set<string>(defaultIgnorePaths);
  const covers = (path: string): boolean => !isIgnored(path, ignored);
  const resources = files.filter(({ path }) => covers(path)).map(resourceOf);
  const manifestSha256 = manifestDigest({ resources, serialization: { method: 'files', hashType: 'sha256' } });
  return {
    root: { sha256: rootDigest(sortResources(resources, 'code-point')), manifestSha256, source: 'computed' },
    covers,
  };
}

function resourceOf({ path, sha256 }: HashedFile): Resource {
  return { name: path, digest: sha256 };
}

function statementOf({ path, content }: SignatureFile): ModelStatement | undefined {
  if (content === undefined) return undefined;
  try {
    const { statement } = readBundle(content);
    if (statement.kind === 'model') return statement;
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    throw BomError.of('signature-unreadable', { signature: path, reason: error.message }, error);
  }
  throw BomError.of('signature-unreadable', { signature: path, reason: 'it signs no model' });
}

function signedRoot(
  files: readonly HashedFile[],
  { path: signature, isFolder }: SignatureFile,
  statement: ModelStatement,
): MeasuredRoot {
  const { manifest } = statement;
  const { method, hashType } = manifest.serialization;
  // A signature of one file that does not record its name is good for that file alone, never for a folder with it.
  const isNameless = statement.isNameless && !isFolder;
  const root: RootDigest = {
    sha256: statement.rootDigest,
    manifestSha256: manifestDigest(manifest),
    source: 'signed',
    signature,
  };
  const names = new Set(
    manifest.resources.map(({ name }) => (method === 'files' ? name : name.replace(/(?::\d+){2}$/s, ''))),
  );
  const covers = (path: string): boolean => isNameless || names.has(path);
  if (method !== 'files' || hashType !== 'sha256') return { root, covers, unchecked: statement };
  const measured = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const only = isNameless ? files[0]?.sha256 : undefined;
  // A file that is missing gives other bytes than its digest did, so the result differs too.
  const now = manifest.resources.map(({ name }) => ({ name, digest: measured.get(name) ?? only ?? '' }));
  const computed = rootDigest(now);
  if (computed === statement.rootDigest) return { root, covers };
  throw BomError.of('digest-mismatch', { signature, signed: statement.rootDigest, computed });
}
