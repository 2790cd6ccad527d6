import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Registry } from '../registry.ts';
import { moveVersion } from '../versions/move-version.ts';
import { modelOf } from './model-of.ts';
import { notify } from './notices.ts';
import { planRecallMessage } from './recall-webhook.ts';
import { ownersOf } from './who-to-tell.ts';

const DAY_MS = 86_400_000;

interface Recall {
  readonly versionId: string;
  /** Null: the server itself, because of what an examination found or a waiver that ended. */
  readonly by: PrincipalRef | null;
  readonly reason: string;
  readonly atMs: number;
}

/**
 * Takes a released version back: from the moment this is committed nobody gets it, and downloads under way end. Owners and whoever
 * downloaded it lately are told. @throws RegistryError `version-unknown`, `version-state`.
 */
export async function recallVersion(
  change: Change,
  { bus, recentDays, hasWebhook }: Pick<Registry, 'bus' | 'recentDays' | 'hasWebhook'>,
  { versionId, by, reason, atMs }: Recall,
): Promise<void> {
  const version = await moveVersion(change, bus, {
    versionId,
    to: 'recalled',
    from: ['released'],
    set: {
      recalled_at: atMs,
      recalled_by_kind: by?.kind ?? null,
      recalled_by_id: by?.id ?? null,
      recall_reason: reason,
    },
    by,
    atMs,
    entry: { decision: 'deny', reasons: [reason.slice(0, 500)] },
  });
  const principals = [
    ...(await ownersOf(change, version)),
    ...(await recentDownloaders(change, versionId, atMs - recentDays * DAY_MS)),
  ];
  await notify(change, { kind: 'recalled', versionId, principals, text: reason, atMs });
  if (!hasWebhook) return;
  const { name } = await modelOf(change.sql, version.model_id);
  await planRecallMessage(change, { versionId, model: name, number: version.number, reason, atMs });
}

async function recentDownloaders({ sql }: Change, versionId: string, sinceMs: number): Promise<PrincipalRef[]> {
  const rows = await sql
    .selectFrom('registry_downloads')
    .select(['principal_kind', 'principal_id'])
    .where('version_id', '=', versionId)
    .where('last_at', '>=', sinceMs)
    .execute();
  return rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id }));
}
