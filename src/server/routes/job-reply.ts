import type { RouteReply } from '../../contract/route.ts';
import type { RouteOf } from '../../contract/routes/index.ts';
import type { JobRecord } from '../../store/jobs/job.ts';
import type { Store } from '../../store/store.ts';
import { namesOf } from '../names-of.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

/** A job, as the contract shows it. */
export async function jobReply(
  { read }: Pick<Store, 'read'>,
  { requestedBy, ...job }: JobRecord,
): Promise<RouteReply<RouteOf<'ledger.export'>>> {
  const names = await namesOf(read, requestedBy === null ? [] : [requestedBy.id]);
  return {
    ...job,
    createdAt: timeText(job.createdAt),
    startedAt: timeTextOrNull(job.startedAt),
    endedAt: timeTextOrNull(job.endedAt),
    requestedBy: requestedBy === null ? null : { ...requestedBy, name: names.get(requestedBy.id) ?? requestedBy.id },
  };
}
