import type { Expression, ExpressionBuilder, Selectable, SqlBool } from 'kysely';
import type { Role } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import { type Conditions, conditions as conditionsSchema } from '../../contract/types/people.ts';
import type { Database } from '../../store/tables/index.ts';

/** A role that somebody was given, somewhere, under conditions. Times in ms since 1970. */
export interface Grant {
  readonly id: string;
  readonly principal: PrincipalRef;
  readonly role: Role;
  readonly scope: Scope;
  readonly conditions: Conditions;
  readonly reason: string;
  readonly givenBy: PrincipalRef | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

export type GrantRow = Selectable<Database['grants']>;

export function grantOfRow(row: GrantRow): Grant {
  const { given_by_kind: kind, given_by_id: id } = row;
  return {
    id: row.id,
    principal: { kind: row.principal_kind, id: row.principal_id },
    role: row.role as Role,
    scope: row.scope_kind === 'server' ? { kind: 'server' } : { kind: row.scope_kind, id: row.scope_id },
    conditions: conditionsSchema.parse(JSON.parse(row.conditions)),
    reason: row.reason,
    givenBy: kind === null || id === null ? null : { kind, id },
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    revokedAtMs: row.revoked_at,
    lastUsedAtMs: row.last_used_at,
  };
}

/** Of grants that are active at a time, as `grantStateAt` says. */
export function activeAt(nowMs: number) {
  return (eb: ExpressionBuilder<Database, 'grants'>): Expression<SqlBool> =>
    eb.and([eb('revoked_at', 'is', null), eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)])]);
}

export type GrantState = 'active' | 'expired' | 'revoked';

export function grantStateAt(grant: Grant, nowMs: number): GrantState {
  if (grant.revokedAtMs !== null) return 'revoked';
  return grant.expiresAtMs !== null && grant.expiresAtMs <= nowMs ? 'expired' : 'active';
}

/** One text for each place that a grant can be given on. */
export function scopeKey(scope: Scope): string {
  return scope.kind === 'server' ? 'server' : `${scope.kind}:${scope.id}`;
}
