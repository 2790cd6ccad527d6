import { createHash } from 'node:crypto';

/** Digits of a SHA-1, as clients expect ids of objects to have. */
const ID_DIGITS = 40;

/** The digits of a digest such as `sha256:…`. */
export const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1);

interface Pointer {
  /** Of the blob that a repository would have in place of the file. */
  readonly oid: string;
  readonly bytes: number;
}

/**
 * What a Git repository would hold of a file that is kept with Git LFS (specification of pointers, version 1): every file here is known by
 * its SHA-256, as those are.
 */
export function pointerOf(digest: string, bytes: number): Pointer {
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${hexOf(digest)}\nsize ${bytes}\n`;
  return { oid: createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex'), bytes: text.length };
}

/** An id for a folder of a version: another in every version, as cheap for a large one as for a small one. */
export function folderId(revision: string, path: string): string {
  return createHash('sha256').update(`${revision}:${path}`).digest('hex').slice(0, ID_DIGITS);
}
