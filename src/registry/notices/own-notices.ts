import type { z } from 'zod';
import type { Page } from '../../access/grants/list-grants.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { notice } from '../../contract/types/registry.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';
import type { Change, Store } from '../../store/store.ts';

type Notice = z.infer<typeof notice>;

interface NoticePaging {
  readonly principal: PrincipalRef;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What somebody was told, newest first: also about models that he may no longer see, for he may still use what he downloaded. */
export async function listNotices(
  read: Store['read'],
  { principal, limit, cursor }: NoticePaging,
): Promise<Page<Notice>> {
  const rows = await read
    .selectFrom('registry_notices as n')
    .innerJoin('registry_versions as v', 'v.id', 'n.version_id')
    .innerJoin('registry_models as m', 'm.id', 'v.model_id')
    .selectAll('n')
    .select(['v.number', 'm.id as model_id', 'm.name as model_name'])
    .where('n.principal_id', '=', principal.id)
    .where('n.principal_kind', '=', principal.kind)
    .$if(cursor !== undefined, (query) => query.where('n.id', '<', cursor ?? ''))
    .orderBy('n.id', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map((row) => ({
    id: row.id,
    kind: row.kind,
    model: { id: row.model_id, name: row.model_name },
    version: { id: row.version_id, number: row.number },
    text: row.text,
    createdAt: timeText(row.created_at),
    seenAt: timeTextOrNull(row.seen_at),
  }));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** It is not in the ledger: who read what he was told is his own affair. */
export async function markNoticesSeen({ sql }: Change, { kind, id }: PrincipalRef, atMs: number): Promise<void> {
  await sql
    .updateTable('registry_notices')
    .set({ seen_at: atMs })
    .where('principal_id', '=', id)
    .where('principal_kind', '=', kind)
    .where('seen_at', 'is', null)
    .execute();
}

export async function countUnseen(read: Store['read'], { kind, id }: PrincipalRef): Promise<number> {
  const { count } = await read
    .selectFrom('registry_notices')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('principal_id', '=', id)
    .where('principal_kind', '=', kind)
    .where('seen_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}
