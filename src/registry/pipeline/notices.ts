import type { PrincipalRef } from '../../contract/types/common.ts';
import { newId } from '../../store/new-id.ts';
import type { Change } from '../../store/store.ts';
import type { RegistryTables } from '../../store/tables/registry.ts';

/** Rows of one statement: databases take so many parameters at most. */
const ROWS_AT_ONCE = 500;

interface Notice {
  readonly kind: RegistryTables['registry_notices']['kind'];
  readonly versionId: string;
  /** Each is told once, however often he is named. */
  readonly principals: readonly PrincipalRef[];
  readonly text: string;
  readonly atMs: number;
}

/** Tells people and services something about a version; each finds it under his notices. */
export async function notify(
  { sql }: Pick<Change, 'sql'>,
  { kind, versionId, principals, text, atMs }: Notice,
): Promise<void> {
  const each = [...new Map(principals.map((one) => [`${one.kind} ${one.id}`, one])).values()];
  for (let i = 0; i < each.length; i += ROWS_AT_ONCE) {
    const rows = each.slice(i, i + ROWS_AT_ONCE).map((principal) => ({
      id: newId('notice', atMs),
      principal_kind: principal.kind,
      principal_id: principal.id,
      kind,
      version_id: versionId,
      text,
      created_at: atMs,
      seen_at: null,
    }));
    await sql.insertInto('registry_notices').values(rows).execute();
  }
}
