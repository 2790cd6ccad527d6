import { timeText } from '../../contract/time-text.ts';
import type { Change } from '../../store/store.ts';
import { notify } from '../pipeline/notices.ts';
import type { Registry } from '../registry.ts';
import { endWaiver, type WaiverRow } from './end-waiver.ts';

const DAY_MS = 86_400_000;
/** Owners hear of the end so long before, or at the half of a shorter waiver. */
const WARNING_MS = 7 * DAY_MS;
/** Waivers that are looked at in one go; the rest follows at once. */
const AT_ONCE = 100;

type Means = Pick<Registry, 'store' | 'bus' | 'clock' | 'recentDays' | 'hasWebhook'>;

/** Ends what has come to its end, with all that rests on it, and tells owners of what soon will. Repeatable. */
export async function watchWaivers(means: Means, signal: AbortSignal): Promise<void> {
  await endExpired(means, signal);
  await warnOwners(means, signal);
}

async function endExpired(means: Means, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const atMs = means.clock();
    const rows = await means.store.read
      .selectFrom('registry_waivers')
      .select('id')
      .where('ended_at', 'is', null)
      .where('expires_at', '<=', atMs)
      .orderBy('expires_at')
      .limit(AT_ONCE)
      .execute();
    // Each on its own: what fails with one must not keep others in force.
    for (const { id } of rows) {
      await means.store.change((change) => endWaiver(change, means, { waiverId: id, by: null, reason: '', atMs }));
    }
    if (rows.length < AT_ONCE) return;
  }
}

async function warnOwners(means: Means, signal: AbortSignal): Promise<void> {
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const atMs = means.clock();
    const rows = await means.store.read
      .selectFrom('registry_waivers')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('warned_at', 'is', null)
      .where('expires_at', '<=', atMs + WARNING_MS)
      .where('id', '>', after)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    for (const row of rows.filter((one) => isSoon(one, atMs))) {
      await means.store.change((change) => warn(change, row, atMs));
    }
    const last = rows.at(-1);
    if (rows.length < AT_ONCE || last === undefined) return;
    after = last.id;
  }
}

function isSoon({ created_at: made, expires_at: ends }: WaiverRow, atMs: number): boolean {
  return ends - atMs <= Math.min(WARNING_MS, (ends - made) / 2);
}

async function warn(change: Change, row: WaiverRow, atMs: number): Promise<void> {
  const told = await change.sql
    .updateTable('registry_waivers')
    .set({ warned_at: atMs })
    .where('id', '=', row.id)
    .where('warned_at', 'is', null)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  const versionId = row.version_id ?? (await newestOf(change, row.model_id));
  if (told === undefined || versionId === null) return;
  const rules = (JSON.parse(row.rules) as string[]).join(', ');
  await notify(change, {
    kind: 'waiver-ends',
    versionId,
    principals: [{ kind: row.owner_kind, id: row.owner_id }],
    text: `the waiver of ${rules} ends at ${timeText(row.expires_at)}; what rests on it goes out of service then`,
    atMs,
  });
}

async function newestOf({ sql }: Change, modelId: string): Promise<string | null> {
  const found = await sql
    .selectFrom('registry_models')
    .select(['released_version_id', 'latest_version_id'])
    .where('id', '=', modelId)
    .executeTakeFirst();
  return found?.released_version_id ?? found?.latest_version_id ?? null;
}
