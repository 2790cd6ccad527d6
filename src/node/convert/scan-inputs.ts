import { defaultLimits } from '../../bytes/limits.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import type { ArtifactReport, Verdict } from '../../scan/report.ts';
import { sortedFindings } from '../../scan/reporters/wording.ts';
import { rawPath } from '../raw-path.ts';
import { scanWorkerUrl } from '../scan-worker-url.ts';
import { defaultJobs, WorkerPool } from '../worker-pool.ts';

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

/** Examines files in threads of their own, so that copying need not wait. The answers are in the order of the files. */
export async function scanInputs(files: readonly Place[], options: ScanInputsOptions): Promise<readonly Judged[]> {
  const answers: Judged[] = [];
  const { policy, hash, onStuckThread } = options;
  const tasks = files.map(({ place, path }, index) => ({ index, file: rawPath(place), path }));
  const pool = new WorkerPool(tasks.values(), {
    settings: {
      limits: { ...defaultLimits, ...policy?.limits },
      allowedGlobals: policy?.allow.globals ?? [],
      allowedTargetRoots: policy?.allow.targets ?? [],
      decisions: { rules: policy?.rules ?? {}, suppressions: [], baseline: undefined },
      hash,
    },
    jobs: defaultJobs(),
    workerUrl: scanWorkerUrl(),
    onAbandon: onStuckThread,
    onReport: (index, report) => {
      answers[index] = judged(report);
    },
  });
  await pool.run();
  return answers;
}

function judged({ verdict, format, sha256, findings }: ArtifactReport): Judged {
  const worst = sortedFindings(findings).find((one) => one.suppressed === undefined);
  return { verdict, format, sha256: sha256 ?? null, reason: verdict === 'clean' ? '' : (worst?.title ?? verdict) };
}
