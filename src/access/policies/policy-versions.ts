import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { z } from 'zod';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { policyVersion, policyVersionSummary } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import { findPrincipals, type KnownPrincipal, named } from '../grants/principals.ts';
import { AccessError } from './errors.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

export type PolicyVersion = z.infer<typeof policyVersion>;
export type PolicyVersionSummary = z.infer<typeof policyVersionSummary>;
export type VersionRow = Selectable<Database['policy_versions']>;

type Reader = Kysely<Database>;

export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Ids tell their kind by how they begin. */
function refOfId(id: string): PrincipalRef {
  return { kind: id.startsWith('svc_') ? 'service' : 'person', id };
}

/** @throws AccessError `policy-version-unknown`. */
export async function readVersion(read: Reader, version: number): Promise<VersionRow> {
  const row = await read.selectFrom('policy_versions').selectAll().where('version', '=', version).executeTakeFirst();
  if (row === undefined) throw AccessError.of('policy-version-unknown', String(version));
  return row;
}

/** The version in force. */
export async function readActiveVersion(read: Reader): Promise<VersionRow> {
  const state = await read.selectFrom('access_state').select('active_version').executeTakeFirst();
  return readVersion(read, state?.active_version ?? 0);
}

export async function showVersion(read: Reader, row: VersionRow): Promise<PolicyVersion> {
  const people = await findPrincipals(read, deciders(row));
  return { ...summaryOf(row, people), text: row.body };
}

/** The newest first; `before` is the last version of the page before. */
export async function listVersions(
  read: Reader,
  { limit, before }: { readonly limit: number; readonly before: number | null },
): Promise<{ readonly items: PolicyVersionSummary[]; readonly next: string | null }> {
  const query = read
    .selectFrom('policy_versions')
    .selectAll()
    .orderBy('version', 'desc')
    .limit(limit + 1);
  const rows = await (before === null ? query : query.where('version', '<', before)).execute();
  const shown = rows.slice(0, limit);
  const people = await findPrincipals(read, shown.flatMap(deciders));
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? String(last.version) : null;
  return { items: shown.map((row) => summaryOf(row, people)), next };
}

function deciders({ proposed_by: proposer, decided_by: decider }: VersionRow): PrincipalRef[] {
  return [proposer, decider].filter((id) => id !== null).map(refOfId);
}

function summaryOf(row: VersionRow, people: ReadonlyMap<string, KnownPrincipal>): PolicyVersionSummary {
  const principalOf = (id: string | null): PolicyVersion['proposedBy'] =>
    id === null ? null : named(people, refOfId(id));
  return {
    version: row.version,
    state: row.state,
    digest: row.digest,
    comment: row.comment,
    proposedBy: principalOf(row.proposed_by),
    proposedAt: timeText(row.proposed_at),
    decidedBy: principalOf(row.decided_by),
    decidedAt: timeTextOrNull(row.decided_at),
    decisionComment: row.decision_comment,
  };
}
