import { lstatSync } from 'node:fs';
import { basename } from 'node:path';
import { CodedError, ReadError } from '../../bytes/errors.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import { assertCleanAs, cleanSource, type Cleaned, type CleanSettings } from '../../clean/clean-source.ts';
import { CleanError } from '../../clean/errors.ts';
import type { CleanOptions } from '../../clean/options.ts';
import type { CleanedFile } from '../../clean/record-schema.ts';
import { rules } from '../../rules/index.ts';
import type { Judge } from '../../scan/judge.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import type { ArtifactReport } from '../../scan/report.ts';
import { sha256Source } from '../digest.ts';
import { FileSource } from '../file-source.ts';
import { isBeside } from '../is-beside.ts';
import { loadJudge } from '../load-judge.ts';
import { joinRaw, openable, rawPath, type RawPath } from '../raw-path.ts';
import type { FoundFile } from '../walk.ts';

/** A file that was cleaned and is still open, so that what is written is what was judged. */
export interface OpenedFile {
  readonly source: FileSource;
  readonly cleaned: Cleaned;
}

/** Cleans one file after the other with the same settings. */
export class FileCleaner {
  readonly #settings: CleanSettings;
  readonly #judge: Judge | undefined;

  private constructor(settings: CleanSettings, judge: Judge | undefined) {
    this.#settings = settings;
    this.#judge = judge;
  }

  static async create(options: CleanOptions, policy: ScanPolicy | undefined, now: Date): Promise<FileCleaner> {
    const { activeSuppressions } = await import('../../scan/suppressions.ts');
    const { active } = activeSuppressions(policy?.suppressions ?? [], now);
    const decisions = { rules: policy?.rules ?? {}, suppressions: active };
    const judge = await loadJudge(decisions, () => Promise.resolve(rules));
    const settings: CleanSettings = {
      options,
      limits: { ...policy?.limits },
      policy: {
        allowedGlobals: new Set(policy?.allow.globals),
        allowedTargetRoots: new Set(policy?.allow.targets),
      },
    };
    return new FileCleaner(settings, judge);
  }

  /**
   * Cleans a file and lets `write` do what is to be done with the result while the file is open.
   * @throws CodedError when it cannot be cleaned or read, or changed in between.
   */
  async clean<Result>(found: FoundFile, write: (opened: OpenedFile) => Result | Promise<Result>): Promise<Result> {
    if (found.outside !== undefined) {
      throw CleanError.of('outside-link', { path: found.path, target: found.outside });
    }
    const { limits } = this.#settings;
    const source = FileSource.open(found.file, limits?.maxFileBytes ?? defaultLimits.maxFileBytes);
    try {
      const cleaned = cleanSource(source, found.path, {
        ...this.#settings,
        judge: (report) => this.#judged(report, source),
        hasSibling: (name) => isBeside(found.file, name),
        sibling: (name) => readBeside(found.file, name),
      });
      // Whoever names a file wants it back, and not its absence.
      if (cleaned.status === 'left-out' && found.isTarget) {
        throw CleanError.of('needs-template', { path: found.path });
      }
      const result = await write({ source, cleaned });
      const change = source.changed(found.file);
      if (change !== null) {
        throw CleanError.of('unreadable', { path: found.path, reason: `it changed while it was cleaned: ${change}` });
      }
      return result;
    } finally {
      source.close();
    }
  }

  /**
   * A loader goes by the name of a file, and the rules do too: what is clean as a text may be poisoned as a template.
   * @throws CleanError unless the result is clean under the name it gets.
   */
  mustBeCleanAs(path: string, found: FoundFile, { source, cleaned }: OpenedFile): void {
    if (basename(path) === basename(found.path) || cleaned.status === 'left-out') return;
    assertCleanAs(cleaned.content, path, {
      ...this.#settings,
      judge: (report) => this.#judged(report, source),
      hasSibling: (name) => isBeside(rawPath(path), name),
    });
  }

  /** A decision about certain bytes is about those of the file as it came. */
  #judged(report: ArtifactReport, source: Source): ArtifactReport {
    if (this.#judge === undefined) return report;
    const hashed = this.#judge.wantsHash(report) ? { ...report, sha256: sha256Source(source) } : report;
    return this.#judge.judge(hashed);
  }
}

/** A small regular file in the same folder; links are not followed. */
function readBeside(file: RawPath, fileName: string): Uint8Array | null {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const beside = joinRaw((folder === '' ? '.' : folder) as RawPath, rawPath(fileName));
  try {
    if (!lstatSync(openable(beside)).isFile()) return null;
    const source = FileSource.open(beside, defaultLimits.maxDocumentBytes);
    try {
      return readBytes(source, 0, source.size);
    } finally {
      source.close();
    }
  } catch {
    // It is only asked for a hint.
    return null;
  }
}

/** The entry of a file that was cleaned, hashes aside. */
export function entryOf(path: string, { status, content, changes, before }: Cleaned): CleanedFile {
  const after = status === 'left-out' ? null : { size: content.size, sha256: null };
  const format = before.format;
  return {
    path,
    format,
    status,
    before: { size: before.size, sha256: null },
    after,
    changes: changes.map((one) => ({ ...one, rules: [...one.rules] })),
    refusal: null,
  };
}

/** The entry of a file that could not be. @throws whatever says nothing about the file: a full disk, a defect of ours. */
export function refusedEntry(path: string, size: number, thrown: unknown): CleanedFile {
  const error = thrown instanceof ReadError ? unreadable(path, thrown) : thrown;
  if (!(error instanceof CodedError) || error.exitCode === 2) throw error;
  return {
    path,
    format: typeof error.data['format'] === 'string' ? error.data['format'] : 'unknown',
    status: 'refused',
    before: { size, sha256: null },
    after: null,
    changes: [],
    refusal: { code: error.code, message: error.message, hint: error.hint ?? null },
  };
}

function unreadable(path: string, error: ReadError): CleanError {
  return CleanError.of('unreadable', { path, reason: String(error.data['reason']) }, error);
}
