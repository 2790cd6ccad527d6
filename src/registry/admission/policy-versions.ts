import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { Page } from '../../access/grants/list-grants.ts';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { admissionPolicy } from '../../contract/types/registry.ts';
import { timeText } from '../../contract/time-text.ts';
import type { Change } from '../../store/store.ts';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { activePolicyRow, builtInRow, type PolicyRow } from './active-policy.ts';
import { readAdmissionPolicy } from './policy.ts';

type ShownPolicy = z.infer<typeof admissionPolicy>;
type Reader = Kysely<Database>;

/** Decides again about what waits for people. */
const decideAgainJob = 'registry.decide-again';

/** The policy in force, to show. */
export async function showActivePolicy(read: Reader): Promise<ShownPolicy> {
  const row = await activePolicyRow(read);
  const [shown] = await showRows(read, [row], row.version);
  if (shown === undefined) throw RegistryError.of('policy-invalid', 'there is none');
  return shown;
}

/** Every policy that there was, the newest first; the one that comes with the program is the oldest. */
export async function listPolicies(
  read: Reader,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<ShownPolicy>> {
  const active = await activePolicyRow(read);
  const before = cursor === undefined ? Number.NaN : Number(cursor);
  const query = read
    .selectFrom('registry_policies')
    .selectAll()
    .orderBy('version', 'desc')
    .limit(limit + 1);
  const put = await (Number.isSafeInteger(before) ? query.where('version', '<', before) : query).execute();
  // The built-in one is version 0; a page that was asked for beyond it is empty.
  const rows = before <= builtInRow.version ? [] : [...put, builtInRow];
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? String(page.at(-1)?.version ?? 0) : null;
  return { items: await showRows(read, page, active.version), next };
}

async function showRows(read: Reader, rows: readonly PolicyRow[], active: number): Promise<ShownPolicy[]> {
  const makers = rows.flatMap((row) => makerOf(row) ?? []);
  const known = await findPrincipals(read, makers);
  return rows.map((row) => {
    const maker = makerOf(row);
    return {
      version: row.version,
      body: row.body,
      comment: row.comment,
      isActive: row.version === active,
      createdBy: maker === null ? null : named(known, maker),
      createdAt: timeText(row.created_at),
    };
  });
}

function makerOf({ created_by_kind: kind, created_by_id: id }: PolicyRow): PrincipalRef | null {
  return kind === null || id === null ? null : { kind, id };
}

interface PolicyDraft {
  readonly body: string;
  readonly comment: string;
  /** The version in force that the author saw. */
  readonly basedOn: number;
  readonly by: PrincipalRef;
}

/**
 * Puts a policy into force. What waits for people is decided about again.
 * @throws RegistryError `policy-invalid`, `policy-outdated`.
 */
export async function putPolicy(
  { store, bus, clock }: Pick<Registry, 'store' | 'bus' | 'clock'>,
  draft: PolicyDraft,
): Promise<void> {
  const { problems } = readAdmissionPolicy(draft.body);
  const [problem] = problems;
  if (problem !== undefined) {
    const place = problem.line === null ? '' : `line ${problem.line}, column ${problem.column}: `;
    throw RegistryError.of('policy-invalid', `${place}${problem.message}`);
  }
  await store.change(async (change) => {
    const version = await insertPolicy(change, draft, clock());
    recordPut(change, draft, version);
    await change.enqueue({ kind: decideAgainJob, data: { policyVersion: version }, requestedBy: draft.by });
    change.afterCommit(() => bus.publish('models', 'policy'));
  });
}

async function insertPolicy(
  { sql }: Change,
  { body, comment, basedOn, by }: PolicyDraft,
  atMs: number,
): Promise<number> {
  const active = await activePolicyRow(sql);
  if (active.version !== basedOn) {
    throw RegistryError.of('policy-outdated', `based on version ${basedOn}, but version ${active.version} is in force`);
  }
  const row = await sql
    .insertInto('registry_policies')
    .values({
      version: basedOn + 1,
      body,
      comment,
      created_by_kind: by.kind,
      created_by_id: by.id,
      created_at: atMs,
    })
    .onConflict((conflict) => conflict.column('version').doNothing())
    .returning('version')
    .executeTakeFirst();
  if (row === undefined) throw RegistryError.of('policy-outdated', 'somebody put another one at the same time');
  return row.version;
}

function recordPut(change: Change, { body, comment, basedOn, by }: PolicyDraft, version: number): void {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  change.record({
    class: 'entity-management',
    activity: 'admission.put',
    actor: by,
    object: { kind: 'admission-policy', id: String(version), digest },
    outcome: 'success',
    severity: 'high',
    policy: { id: 'admission', version },
    data: { basedOn },
    personal: { comment },
  });
}
