import { sql } from 'kysely';
import type { DialectName } from '../column.ts';

/** Types of columns by what is read from them: a number, a string, bytes. */
export const columnTypes = {
  sqlite: { integer: sql`integer`, text: sql`text`, bytes: sql`blob` },
  postgres: { integer: sql`bigint`, text: sql`text`, bytes: sql`bytea` },
} as const satisfies Record<DialectName, object>;
