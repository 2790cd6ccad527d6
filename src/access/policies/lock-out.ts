import type { Store } from '../../store/store.ts';
import { readHeldGrants } from '../grants/held-grants.ts';
import { findPrincipals, isActive } from '../grants/principals.ts';
import type { PolicyActor } from './change-policies.ts';
import { AccessError } from './errors.ts';
import type { PolicyExaminer } from './examiner.ts';
import { wayBack, wayBackRequests } from './way-back.ts';

/** People whose grants are looked at. */
const MAX_PEOPLE = 500;

interface Desk {
  readonly store: Store;
  readonly examiner: PolicyExaminer;
  readonly clock: () => number;
}

/**
 * Tries out whether some active person could still undo these policies: by proposing and deciding, here and now, having just proved with a
 * passkey who he is. Grants that end, or hold at some hours only, do not count: tomorrow there would be no way.
 * @throws AccessError `policy-lock-out`.
 */
export async function requireWayBack(desk: Desk, text: string, actor: PolicyActor): Promise<void> {
  const people = await activePeopleWithGrants(desk.store);
  for (const personId of people) {
    const held = await readHeldGrants(desk.store.read, personId);
    const requests = wayBackRequests({ personId, held, address: actor.address, atMs: desk.clock() });
    const outcomes = await desk.examiner.evaluate(text, requests);
    if (outcomes.every(({ allowed }) => allowed)) return;
  }
  const needed = wayBack.join(' and ');
  throw AccessError.of(
    'policy-lock-out',
    `none of ${people.length} active people with a grant on the server would have ${needed}`,
  );
}

/** Active people with a grant on the server. */
export async function activePeopleWithGrants({ read }: Store): Promise<readonly string[]> {
  const rows = await read
    .selectFrom('grants')
    .select('principal_id')
    .distinct()
    .where('scope_kind', '=', 'server')
    .where('principal_kind', '=', 'person')
    .where('revoked_at', 'is', null)
    .limit(MAX_PEOPLE)
    .execute();
  const refs = rows.map((row) => ({ kind: 'person' as const, id: row.principal_id }));
  const people = await findPrincipals(read, refs);
  return refs.filter((ref) => isActive(people, ref)).map(({ id }) => id);
}
