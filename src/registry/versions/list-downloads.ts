import type { z } from 'zod';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import type { Page } from '../../access/grants/list-grants.ts';
import type { download } from '../../contract/types/registry.ts';
import { timeText } from '../../contract/time-text.ts';
import type { Store } from '../../store/store.ts';

type Download = z.infer<typeof download>;

interface DownloadPaging {
  readonly versionId: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Who downloaded a version, the ones who did it last first. */
export async function listDownloads(
  read: Store['read'],
  { versionId, limit, cursor }: DownloadPaging,
): Promise<Page<Download>> {
  const after = readCursor(cursor);
  const rows = await read
    .selectFrom('registry_downloads')
    .innerJoin('registry_versions', 'registry_versions.id', 'registry_downloads.version_id')
    .selectAll('registry_downloads')
    .select('registry_versions.number')
    .where('version_id', '=', versionId)
    .$if(after !== null, (query) =>
      query.where((eb) =>
        eb.and([
          eb('last_at', '<=', after?.lastAt ?? 0),
          eb.or([eb('last_at', '<', after?.lastAt ?? 0), eb('principal_id', '<', after?.principalId ?? '')]),
        ]),
      ),
    )
    .orderBy('last_at', 'desc')
    .orderBy('principal_id', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const refs = shown.map(({ principal_kind: kind, principal_id: id }) => ({ kind, id }));
  const principals = await findPrincipals(read, refs);
  return {
    items: shown.map((row) => ({
      principal: named(principals, { kind: row.principal_kind, id: row.principal_id }),
      versionId,
      number: row.number,
      files: row.files,
      bytes: row.bytes,
      firstAt: timeText(row.first_at),
      lastAt: timeText(row.last_at),
    })),
    next: rows.length > limit && last !== undefined ? `${last.last_at}.${last.principal_id}` : null,
  };
}

/** One that is none begins at the newest. */
function readCursor(text: string | undefined): { readonly lastAt: number; readonly principalId: string } | null {
  const [, lastAt, principalId] = /^(\d{1,15})\.(\w+)$/.exec(text ?? '') ?? [];
  return lastAt === undefined || principalId === undefined ? null : { lastAt: Number(lastAt), principalId };
}
