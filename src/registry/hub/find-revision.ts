import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { admissionDecision } from '../../contract/types/registry.ts';
import { timeText } from '../../contract/time-text.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import type { VersionRow } from '../versions/move-version.ts';
import type { Registry } from '../registry.ts';
import { isPulledThrough } from '../upstream/is-pulled-through.ts';
import { DEFAULT_REVISION } from './address.ts';
import { HubError } from './errors.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** A released version: it has a revision. */
export type ReleasedRow = VersionRow & { readonly revision: string };

const COMMIT = /^[0-9a-f]{7,40}$/;
const NUMBERED = /^v(\d{1,9})$/;
const stages = new Set(['production', 'staging', 'development']);
/** Enough to see that a short id means more than one version. */
const MAX_SAME = 50;

/**
 * The released version that a revision means: `main` (the newest that is for everybody), `v3` (by number), a stage, or a commit by at least seven digits.
 * @throws HubError `hub-recalled`, `hub-not-released` with the reason, `hub-revision-unknown`
 */
export async function findRevision(read: Reader, model: RegistryModelRow, revision: string): Promise<ReleasedRow> {
  const found = await findVersion(read, model, revision);
  if (found === undefined) throw HubError.of('hub-revision-unknown', `${model.name} has no ${revision}`);
  if (found.state !== 'released' || found.revision === null) throw whyNot(model, found);
  return { ...found, revision: found.revision };
}

async function findVersion(read: Reader, model: RegistryModelRow, revision: string): Promise<VersionRow | undefined> {
  const versions = read.selectFrom('registry_versions').selectAll().where('model_id', '=', model.id);
  if (revision === DEFAULT_REVISION) {
    const { released_version_id: released } = model;
    const ofMain = released === null ? versions.where('is_aside', '=', 0) : versions.where('id', '=', released);
    return ofMain.orderBy('number', 'desc').limit(1).executeTakeFirst();
  }
  const number = NUMBERED.exec(revision)?.[1];
  if (number !== undefined) return versions.where('number', '=', Number(number)).executeTakeFirst();
  if (stages.has(revision)) return findAtStage(read, model, revision);
  const newest = versions.where('state', 'in', ['released', 'recalled']).orderBy('number', 'desc');
  if (!COMMIT.test(revision)) return undefined;
  const rows = await newest.where('revision', 'like', `${revision}%`).limit(MAX_SAME).execute();
  return new Set(rows.map((row) => row.revision)).size === 1 ? bestOf(rows) : undefined;
}

/** The newest that can be had, or what was recalled where there is none. */
async function findAtStage(read: Reader, { id }: RegistryModelRow, stage: string): Promise<VersionRow | undefined> {
  const rows = await read
    .selectFrom('registry_versions')
    .selectAll()
    .where('model_id', '=', id)
    .where('state', 'in', ['released', 'recalled'])
    .where('stage', '=', stage as 'production')
    .orderBy('number', 'desc')
    .limit(MAX_SAME)
    .execute();
  return bestOf(rows);
}

/** Who says what a revision means: this registry, the hub behind it, or whichever knows it, the hub first. */
export type Naming = 'here' | 'hub' | 'either';

/**
 * A stage that somebody gave here is his word, whatever the hub has a branch of that name for. Numbers are the registry's own, but of what is pulled
 * through, where tags of the hub look the same: there only tags count, or a name would mean one thing before the hub has such a tag, or while
 * it is down, and another one after.
 */
export async function namingOf(registry: Registry, model: RegistryModelRow, revision: string): Promise<Naming> {
  if (stages.has(revision)) {
    return (await findAtStage(registry.store.read, model, revision)) === undefined ? 'either' : 'here';
  }
  if (!NUMBERED.test(revision)) return 'either';
  return (await isPulledThrough(registry, model)) ? 'hub' : 'here';
}

/** The same files may have been released twice: what can be had goes before what was recalled. */
const bestOf = (rows: readonly VersionRow[]): VersionRow | undefined =>
  rows.find(({ state }) => state === 'released') ?? rows[0];

const states: Readonly<Record<Exclude<VersionRow['state'], 'released' | 'recalled'>, string>> = {
  uploading: 'is being uploaded',
  examining: 'is being examined',
  review: 'waits for a review',
  releasing: 'is being prepared for its release',
  denied: 'was denied by the admission policy',
  failed: 'could not be examined or released',
  abandoned: 'was given up',
};

/** Tells whoever may see the model why this version of it cannot be had. */
function whyNot({ name }: RegistryModelRow, row: VersionRow): HubError {
  const what = `version ${row.number} of ${name}`;
  if (row.state === 'recalled') {
    const when = row.recalled_at === null ? '' : ` on ${timeText(row.recalled_at).slice(0, 10)}`;
    return HubError.of('hub-recalled', `${what} was recalled${when}: ${row.recall_reason ?? 'no reason was given'}`);
  }
  const state = row.state === 'released' ? 'is being prepared for its release' : states[row.state];
  return HubError.of('hub-not-released', `${what} ${state}${reasonsOf(row)}`);
}

const MAX_REASONS = 5;

function reasonsOf({ state, decision }: VersionRow): string {
  if (decision === null || (state !== 'denied' && state !== 'review')) return '';
  const parsed = admissionDecision.safeParse(JSON.parse(decision));
  if (!parsed.success) return '';
  const effect = state === 'denied' ? 'deny' : 'review';
  const messages = parsed.data.reasons
    .filter((reason) => reason.effect === effect && reason.waiverId === null)
    .map(({ message }) => message);
  return messages.length === 0 ? '' : ` (${messages.slice(0, MAX_REASONS).join('; ')})`;
}
