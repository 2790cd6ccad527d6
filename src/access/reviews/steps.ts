import type { Change } from '../../store/store.ts';
import { dayMs, reviewLimits } from './limits.ts';

/** The job that does a step of a campaign. */
export const remindJob = 'reviews.remind';

/** Something to do about a campaign at a time: `due-7` (days before), `due`, `overdue-1` (days after). Times in ms since 1970. */
export interface Step {
  readonly step: string;
  readonly runAt: number;
}

/** Reminders before a campaign is due, as far as they lie ahead, and the step when it is due. */
export function firstSteps(dueAt: number, daysBefore: readonly number[], nowMs: number): readonly Step[] {
  const reminders = [...new Set(daysBefore)]
    .filter((days) => days > 0)
    .map((days) => ({ step: `due-${days}`, runAt: dueAt - days * dayMs }))
    .filter(({ runAt }) => runAt > nowMs);
  return [...reminders, { step: 'due', runAt: dueAt }];
}

/** What follows when a campaign is overdue: a reminder a day, for a while. */
export function nextStep(step: string, dueAt: number): Step | undefined {
  const days = step === 'due' ? 0 : Number(/^overdue-(\d+)$/.exec(step)?.[1] ?? Number.NaN);
  if (!(days < reviewLimits.maxOverdueReminders)) return undefined;
  return { step: `overdue-${days + 1}`, runAt: dueAt + (days + 1) * dayMs };
}

/** Plans a step: a row says that it is to be done once, a job does it. */
export async function planStep(change: Change, campaignId: string, { step, runAt }: Step): Promise<void> {
  await change.sql
    .insertInto('review_steps')
    .values({ campaign_id: campaignId, step, run_at: runAt, done_at: null })
    .onConflict((conflict) => conflict.columns(['campaign_id', 'step']).doNothing())
    .execute();
  await change.enqueue({
    kind: remindJob,
    data: { campaignId, step },
    runAt,
    uniqueKey: `${campaignId} ${step}`,
  });
}
