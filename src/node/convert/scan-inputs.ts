import { defaultLimits } from '../../bytes/limits.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import type { ArtifactReport, Verdict } from '../../scan/report.ts';
import { sortedFindings } from '../../scan/reporters/wording.ts';
import { rawPath } from '../raw-path.ts';
import type { ScanSettings, ScanTask } from '../scan-task.ts';
import { scanWorkerUrl } from '../worker-url.ts';
import type { PoolOptions } from '../worker-pool.ts';

export interface ScanInputsOptions {
  readonly policy?: ScanPolicy | undefined;
  /** Hash every file too, in the same thread. */
  readonly hash: boolean;
  readonly onStuckThread?: (() => void) | undefined;
}

/** What a scan says of one file. */
export interface Judged {
  readonly verdict: Verdict;
  readonly format: string;
  readonly sha256: string | null;
  /** The worst finding, in one line; empty for a clean file. */
  readonly reason: string;
}

interface Place {
  /** What is opened. */
  readonly place: string;
  /** What it is called. */
  readonly path: string;
}

/**
 * Examines files; the answers are in the order of the files. One file that need not be hashed is examined here: a
 * thread would take longer to start than that takes, and 25 MB. Others are examined in threads beside the copying.
 */
export async function scanInputs(files: readonly Place[], options: ScanInputsOptions): Promise<readonly Judged[]> {
  const answers: Judged[] = [];
  const tasks = files.map(({ place, path }, index) => ({ index, file: rawPath(place), path }));
  const settings = settingsOf(options);
  const onReport = (index: number, report: ArtifactReport): void => {
    answers[index] = judged(report);
  };
  const [only] = tasks;
  if (only !== undefined && tasks.length === 1 && !options.hash) onReport(0, (await scannerFor(settings))(only));
  else await scanInThreads(tasks, settings, { onReport, onAbandon: options.onStuckThread });
  return answers;
}

function settingsOf({ policy, hash }: ScanInputsOptions): ScanSettings {
  return {
    limits: { ...defaultLimits, ...policy?.limits },
    allowedGlobals: policy?.allow.globals ?? [],
    allowedTargetRoots: policy?.allow.targets ?? [],
    decisions: { rules: policy?.rules ?? {}, suppressions: [], baseline: undefined },
    hash,
  };
}

async function scannerFor(settings: ScanSettings) {
  const [{ createFileScanner }, { catalogue }] = await Promise.all([
    import('../scan-file.ts'),
    import('../../scan/catalogue.ts'),
  ]);
  return createFileScanner(settings, catalogue);
}

async function scanInThreads(
  tasks: readonly ScanTask[],
  settings: ScanSettings,
  calls: Pick<PoolOptions, 'onReport' | 'onAbandon'>,
): Promise<void> {
  const { defaultJobs, WorkerPool } = await import('../worker-pool.ts');
  await new WorkerPool(tasks.values(), { ...calls, settings, jobs: defaultJobs(), workerUrl: scanWorkerUrl() }).run();
}

/** The part of a report that a conversion goes by. */
export function judged({ verdict, format, sha256, findings }: ArtifactReport): Judged {
  const worst = sortedFindings(findings).find((one) => one.suppressed === undefined);
  return { verdict, format, sha256: sha256 ?? null, reason: verdict === 'clean' ? '' : (worst?.title ?? verdict) };
}
