import type { Registry, Upstream } from '../registry.ts';
import { type HubModel, resolveRevision } from './hub-client.ts';
import { hubFaultOf } from './hub-fault.ts';
import { SharedAnswers } from './shared-answers.ts';
import { modelNameKey } from '../models/name-key.ts';

/** What is asked again after this, where the hub did not answer. */
const DOWN_MS = 5000;
const MAX_REMEMBERED = 10_000;
/** That a branch still leads to the same commit is written down so often. */
const SEEN_MS = 3_600_000;
/** Of older ones nothing is served any more. */
const MAX_LED = 100;

/** Where a branch, a tag or a commit of a hub leads. */
export type Lead =
  | ({ readonly kind: 'there' } & HubModel)
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'down'; readonly reason: string; readonly retryAfterSeconds: number | undefined };

export interface Asked {
  readonly repository: string;
  readonly revision: string;
}

type Settled = Registry & { readonly upstream: Upstream };

const leads = new WeakMap<Upstream, SharedAnswers<Lead>>();

/**
 * Asks the hub where a revision leads. Whoever wants to know the same within `freshSeconds` has the same answer, also while it is on its way, so
 * the hub hears of many clients once. It is nobody's request in particular and goes on when one of them leaves.
 */
export async function whereLeads(registry: Settled, asked: Asked): Promise<Lead> {
  const { upstream, clock } = registry;
  const answers = leads.get(upstream) ?? new SharedAnswers<Lead>(MAX_REMEMBERED);
  leads.set(upstream, answers);
  return answers.get({
    key: `${modelNameKey(asked.repository)}@${asked.revision}`,
    ask: () => ask(registry, asked),
    clock,
    keepMs: (answer) => {
      if (answer.status === 'rejected') return 0;
      return answer.value.kind === 'down' ? DOWN_MS : upstream.freshSeconds * 1000;
    },
  });
}

async function ask(registry: Settled, asked: Asked): Promise<Lead> {
  const { upstream } = registry;
  try {
    const found = await resolveRevision(upstream, { ...asked, signal: new AbortController().signal });
    await rememberLead(registry, asked, found.commit);
    return { kind: 'there', ...found };
  } catch (error) {
    const fault = hubFaultOf(error);
    if (fault === undefined || !(error instanceof Error)) throw error;
    const reason = error.message;
    if (fault.kind === 'refused') return { kind: 'refused', reason };
    return { kind: 'down', reason, retryAfterSeconds: fault.retryAfterSeconds };
  }
}

/** Where it led whenever the hub answered, the last one first. */
export async function whereLed({ store, upstream }: Settled, asked: Asked): Promise<readonly string[]> {
  const rows = await known(store, upstream, asked).limit(MAX_LED).execute();
  return rows.map(({ commit_id: commit }) => commit);
}

function known({ read }: Registry['store'], { endpoint }: Upstream, { repository, revision }: Asked) {
  return read
    .selectFrom('registry_hub_revisions')
    .select(['commit_id', 'seen_at'])
    .where('endpoint', '=', endpoint)
    .where('repository', '=', modelNameKey(repository))
    .where('revision', '=', revision)
    .orderBy('seen_at', 'desc');
}

/** For times when the hub does not answer, and while what it leads to now is not released. */
export async function rememberLead(
  { store, upstream, clock }: Settled,
  { repository, revision }: Asked,
  commit: string,
): Promise<void> {
  if (revision === commit) return;
  const row = {
    endpoint: upstream.endpoint,
    repository: modelNameKey(repository),
    revision,
    commit_id: commit,
    seen_at: clock(),
  };
  const last = await known(store, upstream, { repository, revision }).limit(1).executeTakeFirst();
  if (last?.commit_id === commit && row.seen_at - last.seen_at < SEEN_MS) return;
  await store.change(({ sql }) =>
    sql
      .insertInto('registry_hub_revisions')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['endpoint', 'repository', 'revision', 'commit_id']).doUpdateSet({ seen_at: row.seen_at }),
      )
      .execute(),
  );
}
