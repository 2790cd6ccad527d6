import { type Dialect, PostgresDialect, SqliteDialect } from 'kysely';
import { expect, it } from 'vitest';
import type { DialectName } from '../column.ts';
import { migrations } from './index.ts';
import { digestOf } from './migrate.ts';

const unused = async (): Promise<never> => {
  throw new Error('nothing is connected to');
};

const dialects: readonly (readonly [DialectName, Dialect])[] = [
  ['sqlite', new SqliteDialect({ database: unused })],
  ['postgres', new PostgresDialect({ pool: unused })],
];

/**
 * Databases remember these digests and are refused when they differ. A released migration is never edited; where a new
 * version of Kysely spells a statement otherwise, write that statement out.
 */
it.each(dialects)('the statements of every migration are those that were released (%s)', async (name, dialect) => {
  const digests: Record<string, string> = {};
  for (const one of migrations) digests[one.name] = await digestOf(one, { name, dialect });
  expect(digests).toMatchSnapshot();
});
