import type { Kysely } from 'kysely';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Store } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import type { HeldGrants } from '../grants/held-grants.ts';
import { grantStateAt } from '../grants/grant.ts';
import { readHeldGrants } from '../grants/held-grants.ts';
import { serverResource } from '../grants/resources.ts';
import { ANY_ADDRESS, ANY_PURPOSE } from './best-case.ts';
import type { PolicyActor } from './change-policies.ts';
import type { PolicyExaminer } from './examiner.ts';
import { activePeopleWithGrants } from './lock-out.ts';
import { readActiveVersion } from './policy-versions.ts';
import type { PolicyRequest } from './request.ts';
import { questionOf } from './situation.ts';

/**
 * Whether the same person may stand behind one who proposed and one who decides: a service speaks with the voice of its owner, and of everybody
 * who was shown one of its keys. Else somebody would propose as his service and approve as himself.
 */
export async function isSameVoice(
  read: Kysely<Database>,
  proposerIds: readonly string[],
  actor: PrincipalRef,
): Promise<boolean> {
  const actors = await peopleBehind(read, [actor.id]);
  for (let from = 0; from < proposerIds.length; from += MAX_IN_STATEMENT) {
    const proposers = await peopleBehind(read, proposerIds.slice(from, from + MAX_IN_STATEMENT));
    if ([...proposers].some((id) => actors.has(id))) return true;
  }
  return false;
}

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;

async function peopleBehind(read: Kysely<Database>, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const owners = await read.selectFrom('services').select('owner_id').where('id', 'in', ids).execute();
  const issuers = await read
    .selectFrom('service_keys')
    .select('created_by')
    .distinct()
    .where('service_id', 'in', ids)
    .execute();
  return new Set([...ids, ...owners.map((row) => row.owner_id), ...issuers.map((row) => row.created_by)]);
}

interface Desk {
  readonly store: Store;
  readonly examiner: PolicyExaminer;
  readonly clock: () => number;
}

/**
 * Whether the policies in force would let another active person decide, at whatever hour, from here or elsewhere, with the conditions of his
 * grants met: who waits for the night, when nobody else may, is not the only one who could decide.
 */
export async function couldAnotherDecide(desk: Desk, actor: PolicyActor): Promise<boolean> {
  const { body } = await readActiveVersion(desk.store.read);
  const people = await activePeopleWithGrants(desk.store);
  for (const personId of people.filter((id) => id !== actor.principal.id)) {
    const outcomes = await desk.examiner.evaluate(body, await requestsFor(desk, personId, actor));
    if (outcomes.some(({ allowed }) => allowed)) return true;
  }
  return false;
}

const HOUR_MS = 3_600_000;
const HOURS_A_WEEK = 168;

async function requestsFor({ store, clock }: Desk, personId: string, actor: PolicyActor): Promise<PolicyRequest[]> {
  const nowMs = clock();
  const held = forGood(await readHeldGrants(store.read, personId), nowMs);
  const hours = Array.from({ length: HOURS_A_WEEK }, (_, at) => nowMs + at * HOUR_MS);
  const places = [actor.address, ANY_ADDRESS].flatMap((address) =>
    ['', ANY_PURPOSE].map((purpose) => ({ address, purpose })),
  );
  return hours.flatMap((atMs) =>
    places.map(({ address, purpose }) => {
      const { classification } = serverResource;
      return questionOf({
        principal: { kind: 'person', id: personId },
        action: 'policies.decide',
        resource: serverResource,
        held,
        now: { level: 2, address, atMs, purpose, classification },
        recentlyVerified: true,
        credential: 'session',
      }).request;
    }),
  );
}

/** Grants that are active now, as if they had neither conditions nor an end. */
function forGood({ byScope }: HeldGrants, nowMs: number): HeldGrants {
  const active = [...byScope].map(
    ([key, grants]) =>
      [
        key,
        grants
          .filter((grant) => grantStateAt(grant, nowMs) === 'active')
          .map((grant) => ({ ...grant, conditions: {}, expiresAtMs: null })),
      ] as const,
  );
  return { count: active.length, byScope: new Map(active) };
}
