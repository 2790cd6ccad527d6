import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import type { Skipped } from '../scan/scan-report.ts';
import { displayPath, joinRaw, nameEncoding, openable, rawPath, type RawPath } from './raw-path.ts';
import { reasonOf, specialKind } from './reason.ts';

/** A file to examine. */
export interface FoundFile {
  readonly kind: 'file';
  readonly file: RawPath;
  /** As shown in the report. */
  readonly path: string;
  readonly size: number;
  /** True when the caller named it, false when it was found in a directory. */
  readonly isTarget: boolean;
  /** Where a symbolic link leads when that is outside the scanned directory. */
  readonly outside?: string;
}

/** Something that should be examined and cannot be. */
export interface FoundProblem {
  readonly kind: 'problem';
  readonly path: string;
  readonly reason: string;
  /** True when the caller named it, false when it was met in a directory. */
  readonly isTarget: boolean;
}

export type Found = FoundFile | FoundProblem | { readonly kind: 'skipped'; readonly skipped: Skipped };

export interface WalkOptions {
  /** Look into `.git` directories too. */
  readonly includeGit?: boolean | undefined;
}

/**
 * Every file under the targets: hidden ones and all endings, in the order given and by name within a directory.
 * Lazily, one directory in memory at a time. Links to files are followed; a directory is entered once, however
 * many links lead to it, and only when it lies within its target.
 */
export function* walk(targets: readonly string[], options: WalkOptions = {}): Generator<Found> {
  for (const target of targets) {
    const raw = rawPath(target.length > 1 ? target.replace(/\/+$/, '') || '/' : target);
    const stats = attempt(() => statSync(openable(raw)));
    if (stats instanceof Error) yield problem(raw, reasonOf(stats), true);
    else if (stats.isDirectory()) yield* new DirectoryWalk(raw, options).files();
    else if (stats.isFile())
      yield { kind: 'file', file: raw, path: displayPath(raw), size: stats.size, isTarget: true };
    else yield problem(raw, specialKind(stats), true);
  }
}

class DirectoryWalk {
  readonly #target: RawPath;
  readonly #root: string;
  readonly #includeGit: boolean;
  /** Directories entered so far, by device and inode. */
  readonly #entered = new Map<string, RawPath>();
  /** Names still to visit, last first; explicit, so that depth costs no stack. */
  readonly #pending: { readonly path: RawPath; readonly isTarget: boolean }[] = [];

  constructor(target: RawPath, options: WalkOptions) {
    this.#target = target;
    this.#includeGit = options.includeGit ?? false;
    const real = attempt(() => realpathSync(openable(target), { encoding: nameEncoding }));
    this.#root = real instanceof Error ? target : real;
  }

  *files(): Generator<Found> {
    this.#pending.push({ path: this.#target, isTarget: true });
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      const found = this.#visit(next.path, next.isTarget);
      if (found !== undefined) yield found;
    }
  }

  #visit(path: RawPath, isTarget: boolean): Found | undefined {
    const link = attempt(() => lstatSync(openable(path)));
    if (link instanceof Error) return this.#problem(path, vanished(link), isTarget);
    if (link.isSymbolicLink() && !isTarget) return this.#visitLink(path);
    const stats = isTarget ? attempt(() => statSync(openable(path))) : link;
    if (stats instanceof Error) return this.#problem(path, vanished(stats), isTarget);
    return this.#visitReal(path, stats, isTarget);
  }

  #visitReal(path: RawPath, stats: Stats, isTarget: boolean): Found | undefined {
    if (stats.isFile()) return this.#file(path, stats, {});
    if (stats.isDirectory()) return this.#enter(path, isTarget);
    return this.#problem(path, specialKind(stats), isTarget);
  }

  #visitLink(path: RawPath): Found | undefined {
    const stats = attempt(() => statSync(openable(path)));
    if (stats instanceof Error) return this.#problem(path, this.#deadLink(path, stats));
    const real = attempt(() => realpathSync(openable(path), { encoding: nameEncoding }));
    if (real instanceof Error) return this.#problem(path, reasonOf(real));
    const inside = this.#root === '/' || real === this.#root || real.startsWith(`${this.#root}/`);
    if (inside) return this.#visitReal(path, stats, false);
    const outside = displayPath(real as RawPath);
    if (stats.isFile()) return this.#file(path, stats, { outside });
    if (!stats.isDirectory()) return this.#problem(path, specialKind(stats));
    return this.#problem(path, `links to the directory ${outside} outside the scanned one; name it to have it scanned`);
  }

  #file(path: RawPath, stats: Stats, link: { readonly outside?: string }): Found {
    return { kind: 'file', file: path, path: this.#display(path), size: stats.size, isTarget: false, ...link };
  }

  #deadLink(path: RawPath, error: Error): string {
    if (!('code' in error) || error.code !== 'ENOENT') return reasonOf(error);
    const to = attempt(() => readlinkSync(openable(path), { encoding: nameEncoding }));
    return to instanceof Error ? vanished(to) : `links to ${displayPath(to as RawPath)}, which does not exist`;
  }

  #enter(path: RawPath, isTarget: boolean): Found | undefined {
    // Big integers: inode numbers of some file systems pass 2^53, and two directories taken for one would be a gap.
    const stats = attempt(() => statSync(openable(path), { bigint: true }));
    if (stats instanceof Error) return this.#problem(path, vanished(stats), isTarget);
    const identity = `${stats.dev}:${stats.ino}`;
    const before = this.#entered.get(identity);
    if (before !== undefined) {
      const isLoop = path.startsWith(`${before}/`);
      const detail = isLoop
        ? `a directory loop: leads back to ${this.#display(before)}`
        : `the same directory as ${this.#display(before)}, which is examined under that name`;
      return { kind: 'skipped', skipped: { path: this.#display(path), reason: 'directory-seen', detail, files: 0 } };
    }
    this.#entered.set(identity, path);
    const names = attempt(() => readdirSync(openable(path), { encoding: nameEncoding }));
    if (names instanceof Error) return this.#problem(path, reasonOf(names), isTarget);
    if (!this.#includeGit && !isTarget && isGitDirectory(path, names)) return this.#skipGit(path);
    names.sort((a, b) => (a < b ? 1 : -1));
    for (const name of names) this.#pending.push({ path: joinRaw(path, name), isTarget: false });
    return undefined;
  }

  #skipGit(path: RawPath): Found {
    const files = countFiles(path);
    const detail = `${files} files of a git repository; --include-git examines them`;
    return { kind: 'skipped', skipped: { path: this.#display(path), reason: 'git-directory', detail, files } };
  }

  #problem(path: RawPath, reason: string, isTarget = false): Found {
    return problem(this.#plain(path), reason, isTarget);
  }

  #display(path: RawPath): string {
    return displayPath(this.#plain(path));
  }

  /** Without the `./` that walking `.` would put before every name. */
  #plain(path: RawPath): RawPath {
    return this.#target === '.' && path.startsWith('./') ? (path.slice(2) as RawPath) : path;
  }
}

/** A directory of that name that is no repository is examined like any other. */
function isGitDirectory(path: RawPath, names: readonly string[]): boolean {
  return path.endsWith('/.git') && ['HEAD', 'objects', 'refs'].every((name) => names.includes(name));
}

/** Counts by listing alone; nothing is read. What cannot be listed counts as nothing. */
function countFiles(directory: RawPath): number {
  const entries = attempt(() => readdirSync(openable(directory), { encoding: nameEncoding, withFileTypes: true }));
  if (entries instanceof Error) return 0;
  return entries.reduce(
    (sum, entry) => sum + (entry.isDirectory() ? countFiles(joinRaw(directory, entry.name)) : entry.isFile() ? 1 : 0),
    0,
  );
}

function problem(path: RawPath, reason: string, isTarget: boolean): FoundProblem {
  return { kind: 'problem', path: displayPath(path), reason, isTarget };
}

function vanished(error: Error): string {
  return 'code' in error && error.code === 'ENOENT' ? 'vanished while the directory was scanned' : reasonOf(error);
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
