import type { ThreadMeans, ThreadTask } from './task.ts';

/** Progress is told in steps of this: each costs a message. */
const SMALLEST_STEP = 0.01;

export interface Steps {
  /** Says what is done now, and which share of the whole it is; answers with what takes how much of it is done. */
  begin(text: string, share: number): Promise<(fraction: number) => void>;
}

/** Tells whoever looks at a version what is being done about it: the text is written once a step, the progress goes with the job. */
export function stepsOf({ store }: Pick<ThreadMeans, 'store'>, task: ThreadTask): Steps {
  let before = 0;
  return {
    begin: async (text, share) => {
      const from = before;
      before += share;
      await store.change(({ sql }) =>
        sql
          .updateTable('registry_versions')
          .set({ step: text })
          .where('id', '=', task.versionId)
          .where('job_id', '=', task.jobId)
          .execute(),
      );
      return tellerOf(task, from, share);
    },
  };
}

/** Tells the progress of a part that begins at `from`, and is `share` of the whole. */
export function tellerOf(
  { progress }: Pick<ThreadTask, 'progress'>,
  from: number,
  share: number,
): (fraction: number) => void {
  let told = Number.NEGATIVE_INFINITY;
  return (fraction) => {
    const now = from + share * Math.min(1, Math.max(0, fraction));
    if (now < told + SMALLEST_STEP) return;
    told = now;
    // The job is told by its signal when it is lost; what cannot be said is no reason to stop.
    progress(now).catch(() => undefined);
  };
}

/** Adds bytes up to a fraction of `total`. */
export function byBytes(tell: (fraction: number) => void, total: number): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    tell(total === 0 ? 1 : done / total);
  };
}
