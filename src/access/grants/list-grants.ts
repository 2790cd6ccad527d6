import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { Role } from '../../contract/actions.ts';
import type { grant as grantSchema } from '../../contract/types/people.ts';
import type { Database } from '../../store/tables/index.ts';
import { activeAt, type Grant, grantOfRow, type GrantState, grantStateAt } from './grant.ts';
import { findPrincipals, named } from './principals.ts';
import { nameScopes } from './resources.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

export type ShownGrant = z.infer<typeof grantSchema>;

export interface GrantFilter {
  readonly principalId?: string | undefined;
  readonly scopeId?: string | undefined;
  readonly role?: Role | undefined;
  readonly state?: GrantState | undefined;
  /** Last used, or given where it never was, before this time (ms since 1970). */
  readonly unusedSinceMs?: number | undefined;
  readonly limit: number;
  /** The id of the last grant of the page before. */
  readonly after?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
}

/** Grants in the order in which they were given. */
export async function findGrants(read: Kysely<Database>, filter: GrantFilter, nowMs: number): Promise<Page<Grant>> {
  const { principalId, scopeId, role, state, unusedSinceMs, limit, after } = filter;
  let query = read
    .selectFrom('grants')
    .selectAll()
    .orderBy('id')
    .limit(limit + 1);
  if (principalId !== undefined) query = query.where('principal_id', '=', principalId);
  if (scopeId !== undefined) query = query.where('scope_id', '=', scopeId);
  if (role !== undefined) query = query.where('role', '=', role);
  if (after !== undefined) query = query.where('id', '>', after);
  if (unusedSinceMs !== undefined) {
    query = query.where(({ fn }) => fn.coalesce('last_used_at', 'created_at'), '<', unusedSinceMs);
  }
  if (state === 'revoked') query = query.where('revoked_at', 'is not', null);
  if (state === 'expired') query = query.where('revoked_at', 'is', null).where('expires_at', '<=', nowMs);
  if (state === 'active') query = query.where(activeAt(nowMs));
  const rows = await query.execute();
  const items = rows.slice(0, limit).map(grantOfRow);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export async function showGrants(
  read: Kysely<Database>,
  grants: readonly Grant[],
  nowMs: number,
): Promise<ShownGrant[]> {
  const mentioned = grants.flatMap(({ principal, givenBy }) => (givenBy === null ? [principal] : [principal, givenBy]));
  const principals = await findPrincipals(read, mentioned);
  const nameScope = await nameScopes(
    read,
    grants.map(({ scope }) => scope),
  );
  return grants.map((grant) => ({
    id: grant.id,
    principal: named(principals, grant.principal),
    role: grant.role,
    scope: nameScope(grant.scope),
    conditions: grant.conditions,
    reason: grant.reason,
    givenBy: grant.givenBy === null ? null : named(principals, grant.givenBy),
    createdAt: timeText(grant.createdAtMs),
    expiresAt: timeTextOrNull(grant.expiresAtMs),
    lastUsedAt: timeTextOrNull(grant.lastUsedAtMs),
    state: grantStateAt(grant, nowMs),
  }));
}

/** @returns undefined where there is no such grant. */
export async function findGrant(read: Kysely<Database>, id: string): Promise<Grant | undefined> {
  const row = await read.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : grantOfRow(row);
}
