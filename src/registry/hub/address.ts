import { filePath, modelName } from '../../contract/types/registry.ts';
import { HubError } from './errors.ts';

/** What a model is asked about. */
const modelActions = ['commits', 'paths-info', 'refs', 'revision', 'tree'] as const;
type ModelAction = (typeof modelActions)[number];

const isModelAction = (segment: string | undefined): segment is ModelAction =>
  (modelActions as readonly (string | undefined)[]).includes(segment);

/** What follows the name of a model and is not answered here, or only to say so. */
const otherActions = new Set([
  'auth-check',
  'branch',
  'commit',
  'compare',
  'discussions',
  'lfs-files',
  'preupload',
  'resource-group',
  'settings',
  'super-squash',
  'tag',
  'treesize',
  'xet-read-token',
  'xet-write-token',
]);

const isAction = (segment: string | undefined): boolean =>
  isModelAction(segment) || (segment !== undefined && otherActions.has(segment));

export const DEFAULT_REVISION = 'main';

const MAX_REVISION_CHARACTERS = 255;

export interface ModelAddress {
  readonly name: string;
  readonly action: ModelAction | 'auth-check' | 'info';
  /** The short name: `HEAD` and `refs/heads/main` are `main`. */
  readonly revision: string;
  /** Without a slash at either end; empty: the whole version. */
  readonly path: string;
}

export interface FileAddress {
  readonly name: string;
  readonly revision: string;
  readonly path: string;
}

/**
 * Reads what follows `/api/models/` in an address, as it was sent. A name has one part or two: one where the second is a word of the
 * interface, unless the third is one as well.
 * @throws HubError `hub-not-offered`, `hub-request-wrong`
 */
export function parseModelAddress(encoded: string): ModelAddress {
  const { name, rest } = splitName(segmentsOf(encoded), isAction);
  const [action, ...more] = rest;
  if (action === undefined || (action === 'auth-check' && more.length === 0)) {
    return { name, action: action ?? 'info', revision: DEFAULT_REVISION, path: '' };
  }
  if (!isModelAction(action)) throw HubError.of('hub-not-offered', action);
  const { revision, path } = splitRevision(more);
  return { name, action, revision, path };
}

/** Some clients ask with `raw` whether a file is there; here it is the same file. */
const isFileWord = (segment: string | undefined): boolean => segment === 'resolve' || segment === 'raw';

/** Reads an address such as `/acme/bert/resolve/main/config.json`, as it was sent. @throws HubError `hub-request-wrong`, `hub-entry-unknown` */
export function parseFileAddress(encoded: string): FileAddress {
  const { name, rest } = splitName(segmentsOf(encoded), isFileWord);
  const { revision, path } = splitRevision(rest.slice(1));
  if (!isFileWord(rest[0])) throw HubError.of('hub-not-offered');
  if (!filePath.safeParse(path).success) throw HubError.of('hub-entry-unknown');
  return { name, revision, path };
}

function segmentsOf(encoded: string): readonly string[] {
  try {
    return encoded.split('/').map((segment) => decodeURIComponent(segment));
  } catch {
    throw HubError.of('hub-request-wrong', 'expected an address in UTF-8');
  }
}

function splitName(
  segments: readonly string[],
  isWord: (segment: string | undefined) => boolean,
): { readonly name: string; readonly rest: readonly string[] } {
  const isSingle = segments.length === 1 || (isWord(segments[1]) && !isWord(segments[2]));
  const parts = isSingle ? 1 : 2;
  return { name: segments.slice(0, parts).join('/'), rest: segments.slice(parts) };
}

/** A revision may have been sent with its slashes as they are. */
function splitRevision(segments: readonly string[]): { readonly revision: string; readonly path: string } {
  const isReference = segments[0] === 'refs' && segments.length > 2;
  const parts = isReference ? 3 : 1;
  const revision = segments.slice(0, parts).join('/');
  if (revision.length > MAX_REVISION_CHARACTERS) throw HubError.of('hub-revision-unknown');
  return { revision: shortName(revision), path: segments.slice(parts).join('/') };
}

/** Of a branch or a tag; the branch that is meant where none is named has one name only. */
function shortName(revision: string): string {
  const short = revision.replace(/^refs\/(?:heads|tags)\/(?=.)/, '');
  return short === '' || short === 'HEAD' ? DEFAULT_REVISION : short;
}

/** Whether a text may be the name of a model at all. */
export const isModelName = (name: string): boolean => modelName.safeParse(name).success;
