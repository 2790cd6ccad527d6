import { packageVersion } from '../../../node/version.ts';
import type { Registry } from '../../registry.ts';
import { CRASH_ATTEMPTS, failVersion } from '../failures.ts';
import { MAX_ATTEMPTS, reexamineJob } from '../job-kinds.ts';
import { restUnexamined } from './rest-unexamined.ts';
import { REEXAMINED } from './reexamine-version.ts';
import { enqueueExamination } from './want-examination.ts';

/** Examinations that wait or run at once: what is new must not wait behind everything that is old. */
const MAX_WAITING = 50;
const MAX_STUCK = 500;

/**
 * Looks after versions: what is being worked on by no job has failed, and says so; what was examined by another version of the program, or
 * shall be examined again, is, a batch at a time.
 */
export async function keepVersionsMoving(registry: Registry): Promise<void> {
  await failStuck(registry);
  await restStuck(registry);
  await examineDue(registry);
}

/** A job ends with its version in another state; one whose worker died too often, or that somebody cancelled, does not. */
async function failStuck(registry: Registry): Promise<void> {
  const stuck = await registry.store.read
    .selectFrom('registry_versions as version')
    .leftJoin('job', 'job.id', 'version.job_id')
    .select(['version.id', 'version.job_id', 'job.state', 'job.error'])
    .where('version.state', 'in', ['examining', 'releasing'])
    .where((eb) => eb.or([eb('job.id', 'is', null), eb('job.state', 'not in', ['waiting', 'running'])]))
    .limit(MAX_STUCK)
    .execute();
  for (const { id, job_id: jobId, state, error } of stuck) {
    await failVersion(registry, { versionId: id, jobId }, `the work on this version ended: ${whyOf(state, error)}`);
  }
}

function whyOf(state: string | null, error: string | null): string {
  return error ?? (state === 'cancelled' ? 'somebody cancelled it' : 'it ended without an answer');
}

/** An examination whose workers were all killed would kill the next ones too, each minute. */
async function restStuck(registry: Registry): Promise<void> {
  const stuck = await registry.store.read
    .selectFrom('registry_versions as version')
    .leftJoin('job', 'job.id', 'version.recheck_job_id')
    .select(['version.id', 'version.recheck_job_id', 'job.state', 'job.error'])
    .where('version.state', 'in', REEXAMINED)
    .where('version.recheck_job_id', 'is not', null)
    .where((eb) => eb.or([eb('job.id', 'is', null), eb('job.state', 'not in', ['waiting', 'running'])]))
    .limit(MAX_STUCK)
    .execute();
  for (const { id, recheck_job_id: jobId, state, error } of stuck) {
    await restUnexamined(registry, { versionId: id, jobId: jobId ?? '' }, whyOf(state, error));
  }
}

async function examineDue({ store, clock }: Registry): Promise<void> {
  const { waiting } = await store.read
    .selectFrom('job')
    .select(({ fn }) => fn.countAll<number | string>().as('waiting'))
    .where('kind', '=', reexamineJob)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirstOrThrow();
  const room = MAX_WAITING - Number(waiting);
  if (room <= 0) return;
  const due = await store.read
    .selectFrom('registry_versions as version')
    .leftJoin('job', (join) =>
      join
        .onRef('job.unique_key', '=', 'version.id')
        .on('job.kind', '=', reexamineJob)
        .on('job.state', 'in', ['waiting', 'running']),
    )
    .select(['version.id', 'version.recheck_failures'])
    .where('version.state', '=', 'released')
    .where('job.id', 'is', null)
    .where((eb) =>
      eb.or([
        eb('version.recheck_at', 'is not', null),
        eb('version.examined_with', 'is', null),
        eb('version.examined_with', '!=', packageVersion()),
      ]),
    )
    .where((eb) => eb.or([eb('version.recheck_after', 'is', null), eb('version.recheck_after', '<=', clock())]))
    .orderBy('version.id')
    .limit(room)
    .execute();
  if (due.length === 0) return;
  await store.change(async (change) => {
    for (const { id, recheck_failures: failures } of due)
      await enqueueExamination(change, { id, maxAttempts: failures === null ? MAX_ATTEMPTS : CRASH_ATTEMPTS });
  });
}
