import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { ReadError } from '../../bytes/errors.ts';
import { identityOf } from '../file-source.ts';
import { openable, rawPath, type RawPath } from '../raw-path.ts';
import { type Found, type FoundFile, type FoundProblem, walk } from '../walk.ts';
import type { LeftOut } from './job.ts';
import type { ConvertOptions } from './options.ts';

/** A file of a folder, in the state in which it will be scanned. */
export interface ListedFile {
  /** Path within the folder, with slashes. */
  readonly path: string;
  /** What is opened. */
  readonly place: string;
  readonly size: number;
  readonly identity: string | null;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  readonly leftOut: readonly LeftOut[];
  /** Those of `leftOut` that a loader could still reach by their names: links that lead out. */
  readonly gone: readonly string[];
}

/**
 * Every file of a folder that may be carried over. Links are taken when they stay inside, or lead into the blobs of
 * the Hub cache that the folder belongs to, or when the caller wants all. @throws ReadError when it is no folder, or
 * when it is to be converted in place and something in it cannot be read: it would stay unexamined.
 */
export function listFolder(folder: string, options: Pick<ConvertOptions, 'followLinks' | 'inPlace'>): Listing {
  const lister = new Lister(folder.replace(/\/+$/, '') || '/', options);
  for (const found of walk([folder])) lister.add(found);
  return lister;
}

class Lister implements Listing {
  readonly files: ListedFile[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly gone: string[] = [];
  readonly #folder: string;
  readonly #blobs: string | undefined;
  readonly #options: Pick<ConvertOptions, 'followLinks' | 'inPlace'>;

  constructor(folder: string, options: Pick<ConvertOptions, 'followLinks' | 'inPlace'>) {
    this.#folder = folder;
    this.#options = options;
    this.#blobs = blobsOf(folder);
  }

  add(found: Found): void {
    if (found.kind === 'skipped') return this.#leave(found.skipped.path, found.skipped.detail);
    if (found.kind === 'problem') return this.#problem(found);
    const path = this.#pathOf(found.file);
    if (path === undefined) return this.#problem({ ...found, reason: 'its name is not UTF-8' });
    const fault = this.#linkFault(found);
    if (fault === undefined) {
      const place = `${this.#folder}/${path}`;
      this.files.push({ path, place, size: found.size, identity: identityOf(found.file) });
      return;
    }
    this.gone.push(path);
    this.leftOut.push({ path, reason: fault, verdict: null });
  }

  #problem({ path, reason, isTarget }: Pick<FoundProblem, 'path' | 'reason' | 'isTarget'>): void {
    if (isTarget || this.#options.inPlace === true) throw ReadError.of(path, reason);
    this.#leave(path, reason);
  }

  #leave(shown: string, reason: string): void {
    const path = shown.startsWith(`${this.#folder}/`) ? shown.slice(this.#folder.length + 1) : shown;
    this.leftOut.push({ path, reason, verdict: null });
  }

  /** The path within the folder; undefined when it is no text. */
  #pathOf(file: RawPath): string | undefined {
    const root = rawPath(this.#folder);
    const bytes = Buffer.from(file.slice(root === '/' ? 1 : root.length + 1), 'latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  }

  #linkFault({ outside, file }: FoundFile): string | undefined {
    if (outside === undefined || this.#options.followLinks === true) return undefined;
    const real = realpathSync(openable(file));
    if (this.#blobs !== undefined && dirname(real) === this.#blobs) return undefined;
    return `links to ${outside} outside the folder; --follow-links takes it`;
  }
}

/** `models--org--name/blobs` for a folder `models--org--name/snapshots/<revision>`, as huggingface_hub lays its cache out. */
function blobsOf(folder: string): string | undefined {
  const snapshots = dirname(realpathSync(folder));
  return snapshots.endsWith('/snapshots') ? `${dirname(snapshots)}/blobs` : undefined;
}
