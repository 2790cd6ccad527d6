import { LimitError, ReadError } from '../bytes/errors.ts';
import { defaultLimits } from '../bytes/limits.ts';
import { unexaminedReport } from '../scan/notice-report.ts';
import type { BaselineFile } from '../scan/fingerprint.ts';
import type { ScanPolicy } from '../scan/policy.ts';
import type { ArtifactReport } from '../scan/report.ts';
import { SCHEMA_VERSION, ScanTally, type ScanReport, type Skipped } from '../scan/scan-report.ts';
import type { Suppression } from '../scan/suppressions.ts';
import type { Judge } from '../scan/judge.ts';
import { loadJudge } from './load-judge.ts';
import { rawPath } from './raw-path.ts';
import type { ScanSettings, ScanTask } from './scan-task.ts';
import type { IdleWorkers } from './idle-workers.ts';
import { scanWorkerUrl } from './worker-url.ts';
import { spool, type InputStream } from './spool.ts';
import { packageVersion } from './version.ts';
import { walk, type Found } from './walk.ts';

/** The target that stands for standard input. */
export const STDIN_TARGET = '-';

/** How far a run has come. Totals grow until `totalIsFinal`. */
export interface ScanProgress {
  readonly doneFiles: number;
  readonly doneBytes: number;
  readonly totalFiles: number;
  readonly totalBytes: number;
  readonly totalIsFinal: boolean;
}

export interface ScanFilesOptions {
  readonly policy?: ScanPolicy | undefined;
  readonly baseline?: BaselineFile | undefined;
  /** Worker threads at most; default: one for each processor. A single file is examined without any. */
  readonly jobs?: number | undefined;
  /** Put the SHA-256 of every file into its report; costs reading everything. */
  readonly hash?: boolean | undefined;
  readonly includeGit?: boolean | undefined;
  /** Id of the format every target is parsed as, whatever its bytes look like. */
  readonly format?: string | undefined;
  /** What the target `-` reads, and under which name. */
  readonly stdin?: { readonly open: () => InputStream; readonly name: string } | undefined;
  /** Leave clean artifacts out of the list, though not of the counts: a run over 10^6 files then stays small. */
  readonly omitClean?: boolean | undefined;
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
  /** Something that should have been examined and could not be. */
  readonly onProblem?: ((path: string, reason: string) => void) | undefined;
  readonly onSkipped?: ((skipped: Skipped) => void) | undefined;
  /**
   * A worker thread is in a loop that nothing can interrupt. Its file is reported, but Node waits for threads when it
   * exits: a program that wants to end has to kill itself.
   */
  readonly onStuckThread?: (() => void) | undefined;
  /** For tests: the time, and the file worker threads start with. */
  readonly now?: Date | undefined;
  readonly workerUrl?: URL | undefined;
  readonly maxHeapMegabytes?: number | undefined;
  /** How long beyond its own limit a file may take before its worker is stopped from outside. */
  readonly graceSeconds?: number | undefined;
  /** Where threads wait for the next run; default: they end with this one. */
  readonly idleWorkers?: IdleWorkers | undefined;
}

/**
 * Examines files, directories and standard input, and reports on all of them in the order given. What cannot be
 * read becomes an artifact of format `unreadable`, never an exception.
 */
export async function scanFiles(targets: readonly string[], options: ScanFilesOptions = {}): Promise<ScanReport> {
  return new ScanRun(options).run(targets);
}

class ScanRun {
  readonly #options: ScanFilesOptions;
  readonly #now: Date;
  readonly #started = performance.now();
  readonly #tally = new ScanTally();
  readonly #reports: { readonly index: number; readonly report: ArtifactReport }[] = [];
  readonly #skipped: Skipped[] = [];
  #nextIndex = 0;
  #totalFiles = 0;
  #totalBytes = 0;
  #totalIsFinal = false;
  /** Places of the files that the caller named. */
  readonly #targets = new Set<number>();
  #unreadableTargets = 0;
  #judge: Judge | undefined;

  constructor(options: ScanFilesOptions) {
    this.#options = options;
    this.#now = options.now ?? new Date();
  }

  async run(targets: readonly string[]): Promise<ScanReport> {
    const { policy } = this.#options;
    const { active, notes } = await activeOf(policy?.suppressions ?? [], this.#now);
    const settings = this.#settings(active);
    this.#judge = await loadJudge(settings.decisions, async () => (await import('../rules/index.ts')).rules);
    if (targets.includes(STDIN_TARGET)) await this.#scanStdin(settings);
    const tasks = this.#tasks(
      walk(
        targets.filter((target) => target !== STDIN_TARGET),
        this.#options,
      ),
    );
    await this.#scanAll(tasks, settings);
    const artifacts = this.#reports.sort((a, b) => a.index - b.index).map(({ report }) => report);
    return {
      schemaVersion: SCHEMA_VERSION,
      tool: { name: 'vouchsafe', version: packageVersion() },
      startedAt: this.#now.toISOString(),
      verdict: this.#tally.verdict,
      summary: this.#tally.summary({
        unreadableTargets: this.#unreadableTargets,
        skippedFiles: this.#skipped.reduce((sum, one) => sum + one.files, 0),
        milliseconds: Math.round((performance.now() - this.#started) * 10) / 10,
      }),
      artifacts,
      skipped: this.#skipped,
      notes,
    };
  }

  #settings(suppressions: readonly Suppression[]): ScanSettings {
    const { policy, baseline, format, hash } = this.#options;
    return {
      limits: { ...defaultLimits, ...policy?.limits },
      allowedGlobals: policy?.allow.globals ?? [],
      allowedTargetRoots: policy?.allow.targets ?? [],
      decisions: { rules: policy?.rules ?? {}, suppressions, baseline },
      forcedFormat: format,
      hash: hash ?? false,
    };
  }

  /** One file is examined here; several in worker threads. */
  async #scanAll(tasks: Iterator<ScanTask>, settings: ScanSettings): Promise<void> {
    const first = tasks.next();
    const second = first.done === true ? first : tasks.next();
    if (first.done === true) return;
    if (second.done === true) {
      const scan = await this.#scanner(settings);
      return this.#add(first.value.index, scan(first.value));
    }
    const { WorkerPool, defaultJobs } = await import('./worker-pool.ts');
    const { jobs, workerUrl, maxHeapMegabytes, graceSeconds, idleWorkers } = this.#options;
    const pool = new WorkerPool(chain([first.value, second.value], tasks), {
      settings,
      jobs: jobs ?? defaultJobs(),
      workerUrl: workerUrl ?? scanWorkerUrl(),
      maxHeapMegabytes,
      graceSeconds,
      idleWorkers,
      onAbandon: this.#options.onStuckThread,
      onReport: (index, report) => {
        this.#totalIsFinal = pool.walkEnded;
        this.#add(index, report);
      },
    });
    await pool.run();
  }

  async #scanner(settings: ScanSettings) {
    const [{ createFileScanner }, { catalogue }] = await Promise.all([
      import('./scan-file.ts'),
      import('../scan/catalogue.ts'),
    ]);
    return createFileScanner(settings, catalogue);
  }

  /** Always the first artifact. */
  async #scanStdin(settings: ScanSettings): Promise<void> {
    const { stdin } = this.#options;
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    this.#targets.add(index);
    const name = stdin?.name ?? '<stdin>';
    try {
      if (stdin === undefined) throw ReadError.of(name, 'there is no standard input here');
      const opened = await spool(stdin.open(), name, settings.limits.maxStdinBytes);
      const scan = await this.#scanner(settings);
      this.#add(index, scan({ index, file: rawPath(name), path: name }, opened));
    } catch (error) {
      if (error instanceof LimitError) {
        return this.#add(index, unexaminedReport(name, { code: 'limit-exceeded', detail: error.message }));
      }
      if (!(error instanceof ReadError)) throw error;
      this.#problem(index, { kind: 'problem', path: name, reason: String(error.data['reason']), isTarget: true });
    }
  }

  /** Files as tasks; what cannot be examined is reported in its place on the way. */
  *#tasks(found: Iterable<Found>): Generator<ScanTask> {
    for (const one of found) {
      if (one.kind === 'skipped') {
        this.#skipped.push(one.skipped);
        this.#options.onSkipped?.(one.skipped);
        continue;
      }
      const index = this.#nextIndex;
      this.#nextIndex += 1;
      this.#totalFiles += 1;
      if (one.kind === 'problem') {
        this.#problem(index, one);
        continue;
      }
      this.#totalBytes += one.size;
      if (one.isTarget) this.#targets.add(index);
      yield { index, file: one.file, path: one.path, ...(one.outside === undefined ? {} : { outside: one.outside }) };
    }
  }

  #problem(index: number, one: Extract<Found, { kind: 'problem' }>): void {
    if (one.isTarget) this.#targets.add(index);
    this.#add(index, unexaminedReport(one.path, { code: 'unreadable', detail: one.reason }));
  }

  #add(index: number, examined: ArtifactReport): void {
    const { omitClean, onProblem } = this.#options;
    const isUnreadable = examined.format === 'unreadable';
    const report = isUnreadable ? (this.#judge?.judge(examined) ?? examined) : examined;
    this.#tally.add(report);
    if (isUnreadable && this.#targets.has(index)) this.#unreadableTargets += 1;
    const isPlain = report.verdict === 'clean' && report.findings.length === 0;
    if (!isPlain || omitClean !== true) this.#reports.push({ index, report });
    if (isUnreadable) onProblem?.(report.path, reasonIn(report));
    this.#reportProgress();
  }

  #reportProgress(): void {
    this.#options.onProgress?.({
      doneFiles: this.#tally.artifacts,
      doneBytes: this.#tally.bytes,
      totalFiles: this.#totalFiles,
      totalBytes: this.#totalBytes,
      totalIsFinal: this.#totalIsFinal,
    });
  }
}

function reasonIn(report: ArtifactReport): string {
  return report.findings[0]?.message ?? 'could not be read';
}

/** Suppressions need a glob library, which is only worth loading when there are any. */
async function activeOf(all: readonly Suppression[], now: Date) {
  if (all.length === 0) return { active: [], notes: [] };
  return (await import('../scan/suppressions.ts')).activeSuppressions(all, now);
}

function* chain<T>(first: readonly T[], rest: Iterator<T>): Generator<T> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
