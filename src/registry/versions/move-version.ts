import type { Selectable, Updateable } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { VersionState } from '../../contract/types/registry.ts';
import type { EntryDraft } from '../../ledger/entry.ts';
import type { Bus } from '../../store/bus/bus.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import { writeSearchText } from '../models/search-text.ts';

export type VersionRow = Selectable<Database['registry_versions']>;

/** From which states a version may go to which. What is not here does not happen. */
const ways: Readonly<Record<VersionState, readonly VersionState[]>> = {
  uploading: ['examining', 'abandoned', 'failed'],
  examining: ['review', 'releasing', 'denied', 'failed', 'abandoned'],
  review: ['releasing', 'denied', 'examining', 'abandoned'],
  releasing: ['released', 'review', 'failed', 'denied'],
  released: ['recalled'],
  denied: ['examining', 'abandoned'],
  recalled: ['review', 'denied'],
  failed: ['examining', 'abandoned'],
  abandoned: [],
};

/** Where files of a version become known, or another one is given out: then the model is found by other paths. */
const namesFiles: ReadonlySet<VersionState> = new Set(['examining', 'released', 'recalled']);

const activities: Readonly<Record<VersionState, string>> = {
  uploading: 'model.uploading',
  examining: 'model.examining',
  review: 'model.review',
  releasing: 'model.releasing',
  released: 'model.released',
  denied: 'model.denied',
  recalled: 'model.recalled',
  failed: 'model.failed',
  abandoned: 'model.abandoned',
};

interface Move {
  readonly versionId: string;
  readonly to: VersionState;
  /** Where it must be; every state from which there is a way where absent. */
  readonly from?: readonly VersionState[];
  readonly set?: Omit<Updateable<Database['registry_versions']>, 'state' | 'id'>;
  /** Null: the server itself. */
  readonly by: PrincipalRef | null;
  readonly atMs: number;
  /** What the ledger says beside who, what and from where to where. */
  readonly entry?: Partial<Pick<EntryDraft, 'decision' | 'reasons' | 'policy' | 'data' | 'personal' | 'severity'>>;
}

/**
 * Moves a version from one state to another, with its entry in the ledger; keeps what its model shows of it. Two that move it at the same
 * time: the second finds it elsewhere. @throws RegistryError `version-unknown`, `version-state`.
 */
export async function moveVersion(change: Change, bus: Bus, move: Move): Promise<VersionRow> {
  const { versionId, to, set = {}, by, atMs } = move;
  const before = await change.sql
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (before === undefined) throw RegistryError.of('version-unknown', versionId);
  const isAllowed = ways[before.state].includes(to) && (move.from?.includes(before.state) ?? true);
  if (!isAllowed) throw RegistryError.of('version-state', `it is ${before.state}, which does not become ${to}`);
  const after = await change.sql
    .updateTable('registry_versions')
    .set({ ...set, state: to })
    .where('id', '=', versionId)
    .where('state', '=', before.state)
    .returningAll()
    .executeTakeFirst();
  if (after === undefined) throw RegistryError.of('version-state', 'it changed meanwhile');
  await writeReleased(change, after, atMs);
  if (namesFiles.has(to)) await writeSearchText(change, after.model_id);
  recordMove(change, move, { before, after, by });
  change.afterCommit(() => bus.publish('models', after.model_id));
  return after;
}

/**
 * The newest released version is the one to give out; a recall brings back the one before. What clients asked the hub for aside never is, also where
 * there is nothing else: whoever may only read does not choose what others get.
 */
export async function writeReleased(
  { sql }: Change,
  { model_id: modelId }: Pick<VersionRow, 'model_id'>,
  atMs: number,
): Promise<void> {
  const released = await sql
    .selectFrom('registry_versions')
    .select('id')
    .where('model_id', '=', modelId)
    .where('state', '=', 'released')
    .where('is_aside', '=', 0)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  await sql
    .updateTable('registry_models')
    .set({ released_version_id: released?.id ?? null, changed_at: atMs })
    .where('id', '=', modelId)
    .execute();
}

function recordMove(
  change: Change,
  { to, entry = {} }: Move,
  { before, after, by }: { readonly before: VersionRow; readonly after: VersionRow; readonly by: PrincipalRef | null },
): void {
  const { data, ...rest } = entry;
  change.record({
    class: to === 'examining' ? 'scan-activity' : 'application-lifecycle',
    activity: activities[to],
    actor: by ?? { kind: 'system', id: 'server' },
    object: {
      kind: 'version',
      id: after.id,
      ...(after.root_digest === null ? {} : { digest: `sha256:${after.root_digest}` }),
    },
    outcome: to === 'failed' ? 'failure' : 'success',
    severity: to === 'recalled' ? 'high' : 'informational',
    ...rest,
    data: { model: after.model_id, number: after.number, from: before.state, ...data },
  });
}
