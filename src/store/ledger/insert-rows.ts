import { CompiledQuery } from 'kysely';
import type { DialectName, Session } from '../column.ts';

/** A table as rows are added to it in bulk: the columns with PostgreSQL's types of them. */
export interface BulkTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: 'bigint' | 'text' | 'bytea' }[];
}

type Row = readonly (string | number | Uint8Array | null)[];

/** SQLite is fastest with a few statements that it has prepared before. */
const CHUNKS = [64, 8, 1] as const;

const statements = new Map<string, string>();

/** Adds rows with as few statements as the database likes best. */
export async function insertRows(
  session: Session,
  dialect: DialectName,
  table: BulkTable,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  if (dialect === 'postgres') {
    const parameters = table.columns.map((_, at) => rows.map((row) => row[at]));
    await session.connection.executeQuery(CompiledQuery.raw(unnestStatement(table), parameters));
    return;
  }
  let at = 0;
  for (const count of CHUNKS) {
    for (; rows.length - at >= count; at += count) {
      const parameters = rows.slice(at, at + count).flat();
      await session.connection.executeQuery(CompiledQuery.raw(valuesStatement(table, count), parameters));
    }
  }
}

function unnestStatement(table: BulkTable): string {
  return remembered(`${table.name} unnest`, () => {
    const arrays = table.columns.map(({ type }, at) => `$${at + 1}::${type}[]`).join(', ');
    return `insert into ${table.name} (${namesOf(table)}) select * from unnest(${arrays})`;
  });
}

function valuesStatement(table: BulkTable, count: number): string {
  return remembered(`${table.name} ${count}`, () => {
    const row = `(${table.columns.map(() => '?').join(', ')})`;
    return `insert into ${table.name} (${namesOf(table)}) values ${Array.from({ length: count }, () => row).join(', ')}`;
  });
}

function namesOf(table: BulkTable): string {
  return table.columns.map(({ name }) => name).join(', ');
}

function remembered(key: string, make: () => string): string {
  const known = statements.get(key);
  if (known !== undefined) return known;
  const made = make();
  statements.set(key, made);
  return made;
}
