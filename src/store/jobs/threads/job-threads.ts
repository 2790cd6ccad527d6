import { JobError } from '../errors.ts';
import type { JobContext, JobHandler, JobResult } from '../job.ts';
import { JobThread, type JobThreadOptions } from './job-thread.ts';

/** Enough for what streams; beyond it the thread ends, and the attempt has failed. */
const DEFAULT_HEAP_MEGABYTES = 1024;
/** What was told to stop may clean up for so long. */
const STOP_GRACE_MS = 1500;

export interface JobThreadsOptions extends Omit<JobThreadOptions, 'maxHeapMegabytes'> {
  readonly maxHeapMegabytes?: number;
}

export interface ThreadedKind {
  readonly kind: string;
  /** One attempt that takes longer is ended. */
  readonly maxSeconds: number;
}

/** Runs jobs in threads of this process: as many as run at once, each used again by the next job. */
export class JobThreads {
  readonly #options: JobThreadOptions;
  readonly #idle: JobThread[] = [];
  readonly #busy = new Set<JobThread>();

  constructor(options: JobThreadsOptions) {
    this.#options = { maxHeapMegabytes: DEFAULT_HEAP_MEGABYTES, ...options };
  }

  /** What the queue calls; the work is done in a thread. */
  handlers(kinds: readonly ThreadedKind[]): Readonly<Record<string, JobHandler>> {
    return Object.fromEntries(kinds.map((one) => [one.kind, (context) => this.#run(one, context)]));
  }

  async close(): Promise<void> {
    const reason = new Error('the threads were closed');
    const threads = [...this.#idle, ...this.#busy];
    await Promise.all(threads.map((thread) => thread.terminate(reason)));
  }

  async #run({ kind, maxSeconds }: ThreadedKind, context: JobContext): Promise<JobResult | undefined> {
    const thread = this.#idle.pop() ?? new JobThread(this.#options);
    this.#busy.add(thread);
    const watch = watched(thread, context.signal, maxSeconds);
    try {
      return await thread.run(kind, context);
    } finally {
      watch.end();
      this.#busy.delete(thread);
      if (!thread.hasEnded) this.#idle.push(thread);
    }
  }
}

/** Ends what does not end by itself: first by asking, then with its thread. */
function watched(thread: JobThread, signal: AbortSignal, maxSeconds: number): { readonly end: () => void } {
  let grace: NodeJS.Timeout | undefined;
  const stop = (reason: Error): void => {
    thread.stop(reason.message);
    grace ??= setTimeout(() => void thread.terminate(reason), STOP_GRACE_MS);
  };
  const onAbort = (): void => stop(signal.reason as Error);
  const limit = setTimeout(() => stop(JobError.of('job-too-slow', { maxSeconds })), maxSeconds * 1000);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return {
    end: () => {
      clearTimeout(limit);
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
