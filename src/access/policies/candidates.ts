import type { Kysely } from 'kysely';
import type { ActionId } from '../../contract/actions.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Database } from '../../store/tables/index.ts';
import type { HeldGrants } from '../grants/held-grants.ts';
import { NOBODY } from '../grants/role-actions.ts';
import { type Asking, bestCase } from './best-case.ts';
import type { Ask } from './desk.ts';
import { appliesTo, type Resource } from './request.ts';
import { questionOf, type Situation } from './situation.ts';

const nothing: HeldGrants = { count: 0, byScope: new Map() };
const kinds = ['person', 'service'] as const;

interface OpenQuestion {
  readonly actions: readonly ActionId[];
  readonly resource: Resource;
  readonly purposes: readonly string[];
  /** ms since 1970. */
  readonly nowMs: number;
}

/** Kinds of principals of which every one could do one of the actions, without any role. */
export async function kindsOpenToAll(ask: Ask, question: OpenQuestion): Promise<readonly PrincipalRef['kind'][]> {
  const { actions, resource, purposes, nowMs } = question;
  const open: PrincipalRef['kind'][] = [];
  for (const kind of kinds) {
    const cases = actions
      .filter((action) => appliesTo(action, resource.scope.kind))
      .flatMap((action) =>
        bestCases({ principal: { kind, id: NOBODY.id }, action, resource, held: nothing, nowMs }, purposes),
      );
    const outcomes = await ask(cases.map((situation) => questionOf(situation).request));
    if (outcomes.some(({ allowed }) => allowed)) open.push(kind);
  }
  return open;
}

/** The best case with any purpose, and with each of those that policies name. */
export function bestCases(asking: Asking, purposes: readonly string[]): readonly Situation[] {
  const best = bestCase(asking);
  return [best, ...purposes.map((purpose) => ({ ...best, now: { ...best.now, purpose } }))];
}

/** Active principals of these kinds, in the order of their ids. */
export async function activeOf(
  read: Kysely<Database>,
  kindsMeant: readonly PrincipalRef['kind'][],
  limit: number,
): Promise<readonly PrincipalRef[]> {
  const found: PrincipalRef[] = [];
  for (const kind of kindsMeant) {
    const rows = await read
      .selectFrom(kind === 'person' ? 'people' : 'services')
      .select('id')
      .where('state', '=', 'active')
      .orderBy('id')
      .limit(limit)
      .execute();
    found.push(...rows.map(({ id }) => ({ kind, id })));
  }
  return found;
}

export interface Candidates {
  readonly refs: readonly PrincipalRef[];
  /** False: there are more than the limit. */
  readonly complete: boolean;
}

/** Each once, the first ones first. To know whether there are more, the lists must have been read to one more than the limit. */
export function distinct(refs: readonly PrincipalRef[], limit: number): Candidates {
  const all = [...new Map(refs.map((ref) => [ref.id, ref])).values()];
  return { refs: all.slice(0, limit), complete: all.length <= limit };
}
