import { z } from 'zod';
import { SealError } from './errors.ts';
import { checkLimit, sealLimits } from './limits.ts';

/** Name of the sealed index of a sealed folder. */
export const INDEX_NAME = 'vouchsafe-index.age';
export const SEALED_ENDING = '.age';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().min(0);

const fileSchema = z.strictObject({
  /** Relative, `/` between names. */
  path: z.string(),
  /** Where its sealed form is in the sealed folder. */
  sealed: z.string(),
  size,
  /** Permission bits. */
  mode: z.int().min(0).max(0o777),
  /** Of the content. */
  sha256,
  /** Of the sealed file without its header: rewrapping leaves it as it is. */
  payloadSize: size,
  payloadSha256: sha256,
});

const indexSchema = z.strictObject({
  kind: z.literal('vouchsafe-sealed-folder'),
  schemaVersion: z.literal(1),
  createdAt: z.string(),
  hidesNames: z.boolean(),
  files: z.array(fileSchema),
  /** Every folder in it, empty ones too. */
  folders: z.array(z.string()),
});

/** What a sealed folder holds; sealed beside it, so that nothing in it can be exchanged unnoticed. */
export type FolderIndex = z.infer<typeof indexSchema>;
export type IndexedFile = z.infer<typeof fileSchema>;

/** Parses and checks an index, which only somebody who may read the folder could have written, and trusts no name in it. */
export function parseIndex(text: string): FolderIndex {
  checkLimit('maxIndexBytes', text.length);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed('it is not JSON', error);
  }
  const parsed = indexSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`);
  }
  checkIndex(parsed.data);
  return parsed.data;
}

/**
 * Every name must be one that can be created below a folder and be told from all others on every file system.
 * @throws SealError `index-malformed`, `limit-exceeded`.
 */
export function checkIndex({ files, folders }: FolderIndex): void {
  checkLimit('maxFolderFiles', files.length + folders.length);
  const plain = new Names();
  for (const folder of folders) plain.add(folder, 'folder');
  for (const { path } of files) plain.add(path, 'file');
  const sealed = new Names();
  sealed.add(INDEX_NAME, 'file');
  for (const file of files) {
    if (!file.sealed.endsWith(SEALED_ENDING))
      throw malformed(`${quoted(file.sealed)} does not end with ${SEALED_ENDING}`);
    sealed.add(file.sealed, 'file');
  }
}

/** Paths below one folder. */
class Names {
  /** By what a file system without case would call them. */
  readonly #taken = new Map<string, { readonly path: string; readonly kind: 'file' | 'folder' }>();

  add(path: string, kind: 'file' | 'folder'): void {
    const reason = unsafeReason(path);
    if (reason !== null) throw malformed(`the path ${quoted(path)} ${reason}`);
    const names = path.split('/');
    for (let depth = 1; depth < names.length; depth += 1) this.#enter(names.slice(0, depth).join('/'), 'folder');
    const isNew = this.#enter(path, kind);
    if (!isNew && kind === 'file') throw malformed(`the path ${quoted(path)} is there twice`);
  }

  #enter(path: string, kind: 'file' | 'folder'): boolean {
    const key = path.normalize('NFC').toLowerCase();
    const other = this.#taken.get(key);
    if (other === undefined) this.#taken.set(key, { path, kind });
    else if (other.path !== path)
      throw malformed(`the paths ${quoted(other.path)} and ${quoted(path)} are one where case does not count`);
    else if (other.kind !== kind) throw malformed(`the path ${quoted(path)} is a file and a folder`);
    return other === undefined;
  }
}

/** Names that Windows keeps for devices, whatever their ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Why a path must not be created below a folder, or null. */
export function unsafeReason(path: string): string | null {
  if (Buffer.byteLength(path) > sealLimits.maxPathBytes) return 'is too long';
  // oxlint-disable-next-line no-control-regex -- matching exactly these is the purpose
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'has a backslash or control character';
  if (/^[A-Za-z]:/.test(path)) return 'names a drive';
  if (!path.isWellFormed()) return 'is not Unicode text';
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) return 'leads out of its folder';
  if (names.some((name) => Buffer.byteLength(name) > sealLimits.maxNameBytes)) return 'has a name that is too long';
  return names.some((name) => DEVICE.test(name)) ? 'has a name that Windows keeps for a device' : null;
}

function quoted(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}

function malformed(detail: string, cause?: unknown): SealError {
  return SealError.of('index-malformed', { detail }, cause);
}
