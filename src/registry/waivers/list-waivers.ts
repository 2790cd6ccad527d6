import type { z } from 'zod';
import type { Page } from '../../access/grants/list-grants.ts';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { waiver } from '../../contract/types/registry.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';
import type { Store } from '../../store/store.ts';

type Waiver = z.infer<typeof waiver>;
type Reader = Store['read'];

export interface WaiverFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly modelId?: string | undefined;
}

/** The newest first. */
export async function listWaivers(read: Reader, filter: WaiverFilter, nowMs: number): Promise<Page<Waiver>> {
  const rows = await findRows(read, filter, nowMs);
  const page = rows.slice(0, filter.limit);
  const owners = await findPrincipals(
    read,
    page.map((row) => ({ kind: row.owner_kind, id: row.owner_id })),
  );
  const items = page.map((row) => ({
    id: row.id,
    model: { id: row.model_id, name: row.model_name },
    versionId: row.version_id,
    rules: JSON.parse(row.rules) as string[],
    owner: named(owners, { kind: row.owner_kind, id: row.owner_id }),
    reason: row.reason,
    createdAt: timeText(row.created_at),
    expiresAt: timeText(row.expires_at),
    endedAt: timeTextOrNull(row.ended_at),
  }));
  return { items, next: rows.length > filter.limit ? (page.at(-1)?.id ?? null) : null };
}

function findRows(read: Reader, { limit, cursor, isActive, modelId }: WaiverFilter, nowMs: number) {
  let query = read
    .selectFrom('registry_waivers')
    .innerJoin('registry_models', 'registry_models.id', 'registry_waivers.model_id')
    .selectAll('registry_waivers')
    .select('registry_models.name as model_name')
    .orderBy('registry_waivers.id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('registry_waivers.id', '<', cursor);
  if (modelId !== undefined) query = query.where('registry_waivers.model_id', '=', modelId);
  if (isActive === true) query = query.where('ended_at', 'is', null).where('expires_at', '>', nowMs);
  if (isActive === false) {
    query = query.where((where) => where.or([where('ended_at', 'is not', null), where('expires_at', '<=', nowMs)]));
  }
  return query.execute();
}

/** What actions on a waiver are asked for: its model. */
export async function waiverScope(read: Reader, waiverId: string): Promise<Scope | undefined> {
  const found = await read
    .selectFrom('registry_waivers')
    .select('model_id')
    .where('id', '=', waiverId)
    .executeTakeFirst();
  return found === undefined ? undefined : { kind: 'model', id: found.model_id };
}
