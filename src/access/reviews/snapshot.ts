import type { z } from 'zod';
import { type ActionId, type Role, roles as allRoles } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { campaignRequest } from '../../contract/types/policies.ts';
import type { Store } from '../../store/store.ts';
import { findPeople, type PersonFacts } from '../services/directory.ts';
import { chunks } from './chunks.ts';
import { ReviewError } from './errors.ts';
import type { AccessRow, ReviewGround } from './ground.ts';
import { dayMs, reviewLimits } from './limits.ts';
import { type Proposal, proposalsFor } from './proposals.ts';
import { readActs } from './recorded-actions.ts';

export type CampaignFilter = z.infer<typeof campaignRequest>['filter'];

/** A grant as it is when a campaign starts. Times in ms since 1970. */
export interface SnapshotRow {
  readonly access: AccessRow;
  readonly givenAt: number;
  readonly givenById: string | null;
  readonly lastUsedAt: number | null;
  /** Whoever is reviewed by it: the person, or the owner of the service. */
  readonly subjectId: string | null;
  readonly proposals: readonly Proposal[];
}

export interface SnapshotParts {
  readonly store: Store;
  readonly ground: ReviewGround;
  readonly nowMs: number;
  readonly unusedDays: number;
}

const PAGE = 200;

/** The grants that a filter means, with what speaks for taking each away. @throws ReviewError `too-much-to-review`. */
export async function takeSnapshot(parts: SnapshotParts, filter: CampaignFilter): Promise<readonly SnapshotRow[]> {
  const rows = await meantRows(parts.ground, filter);
  const given = await givenFacts(parts.store, rows);
  const services = await serviceOwners(parts.store, rows);
  const subjectOf = ({ principal }: AccessRow) =>
    principal.kind === 'person' ? principal.id : (services.get(principal.id)?.ownerId ?? null);
  const people = await findPeople(
    parts.store.read,
    rows.flatMap((row) => subjectOf(row) ?? []),
  );
  const acts = await readActs(parts.store.read, parts.nowMs - parts.unusedDays * dayMs);
  const allowed = await allowedActions(parts.ground, rows);
  return rows.flatMap((access) => {
    const facts = given.get(access.grantId);
    // Taken away since it was listed.
    if (facts === undefined) return [];
    const subjectId = subjectOf(access);
    const proposals = proposalsFor(
      {
        role: access.role,
        givenAt: facts.givenAt,
        lastUsedAt: facts.lastUsedAt,
        conflicts: access.conflicts,
        orphaned: orphanedWhy(access, services.get(access.principal.id), people.get(subjectId ?? '')),
        acts: acts.get(access.principal.id) ?? new Set(),
      },
      { nowMs: parts.nowMs, unusedDays: parts.unusedDays, allowedBy: (role) => allowed(role, access.scope.kind) },
    );
    const row = { access, ...facts, subjectId, proposals };
    return isUnusedEnough(row, filter, parts.nowMs) ? [row] : [];
  });
}

async function meantRows(ground: ReviewGround, filter: CampaignFilter): Promise<readonly AccessRow[]> {
  const rows: AccessRow[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await ground.listAccess({ limit: PAGE, cursor: cursor ?? undefined });
    rows.push(...page.items.filter((row) => isMeant(row, filter)));
    if (rows.length > reviewLimits.maxItems) {
      throw ReviewError.of('too-much-to-review', `${reviewLimits.maxItems} are allowed`);
    }
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}

function isMeant({ role, scope, principal }: AccessRow, { roles, scopes, principals }: CampaignFilter): boolean {
  const isSame = (one: Scope, other: Scope) =>
    one.kind === 'server' || other.kind === 'server' ? one.kind === other.kind : one.id === other.id;
  return (
    (roles === undefined || roles.includes(role)) &&
    (scopes === undefined || scopes.some((one) => isSame(one, scope))) &&
    (principals === undefined || principals.some(({ id }) => id === principal.id))
  );
}

function isUnusedEnough({ givenAt, lastUsedAt }: SnapshotRow, { unusedDays }: CampaignFilter, nowMs: number): boolean {
  return unusedDays === undefined || nowMs - (lastUsedAt ?? givenAt) >= unusedDays * dayMs;
}

async function givenFacts({ read }: Store, rows: readonly AccessRow[]) {
  const facts = new Map<string, Pick<SnapshotRow, 'givenAt' | 'givenById' | 'lastUsedAt'>>();
  for (const ids of chunks(rows.map(({ grantId }) => grantId))) {
    const found = await read
      .selectFrom('grants')
      .select(['id', 'created_at', 'given_by_id', 'last_used_at'])
      .where('id', 'in', ids)
      .where('revoked_at', 'is', null)
      .execute();
    for (const row of found) {
      facts.set(row.id, { givenAt: row.created_at, givenById: row.given_by_id, lastUsedAt: row.last_used_at });
    }
  }
  return facts;
}

interface ServiceFacts {
  readonly ownerId: string;
  readonly isActive: boolean;
}

async function serviceOwners({ read }: Store, rows: readonly AccessRow[]): Promise<ReadonlyMap<string, ServiceFacts>> {
  const owners = new Map<string, ServiceFacts>();
  const ids = rows.filter(({ principal }) => principal.kind === 'service').map(({ principal }) => principal.id);
  for (const some of chunks([...new Set(ids)])) {
    const found = await read
      .selectFrom('services')
      .select(['id', 'owner_id', 'state'])
      .where('id', 'in', some)
      .execute();
    for (const { id, owner_id: ownerId, state } of found) owners.set(id, { ownerId, isActive: state === 'active' });
  }
  return owners;
}

function orphanedWhy(
  { principal }: AccessRow,
  service: ServiceFacts | undefined,
  subject: PersonFacts | undefined,
): string | null {
  if (principal.kind === 'person') return subject?.isActive === true ? null : 'the account of the person is not active';
  if (service?.isActive !== true) return 'the service is disabled';
  return subject?.isActive === true ? null : 'the account of the owner of the service is not active';
}

/** What roles allow in each kind of place that occurs, asked once. */
async function allowedActions(ground: ReviewGround, rows: readonly AccessRow[]) {
  const allowed = new Map<string, ReadonlySet<ActionId>>();
  for (const kind of new Set(rows.map(({ scope }) => scope.kind))) {
    for (const role of allRoles) allowed.set(`${role} ${kind}`, await ground.roleActions(role, kind));
  }
  return (role: Role, kind: Scope['kind']): ReadonlySet<ActionId> => allowed.get(`${role} ${kind}`) ?? new Set();
}
