import { createHash } from 'node:crypto';
import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import type { Column } from '../column.ts';
import { StoreError } from '../errors.ts';
import { kyselyOn } from '../kysely-on.ts';
import type { Migration } from './migration.ts';

/** What was done to the database, in its own words. */
interface Applied {
  readonly name: string;
  readonly digest: string;
}

/**
 * Brings the records into the shape that this program works with: alone, one transaction a step, forward only.
 * @throws StoreError `schema-newer`, `schema-differs`, `migration-failed` (nothing of the step is left), `database-locked`.
 */
export async function migrate(column: Column, migrations: readonly Migration[], clock: () => number): Promise<void> {
  await column.alone(async () => {
    const applied = await readApplied(column);
    await checkApplied(column, migrations, applied);
    for (const migration of migrations.slice(applied.length)) await apply(column, migration, clock());
  });
}

async function readApplied(column: Column): Promise<readonly Applied[]> {
  const session = await column.session();
  try {
    await session.connection.executeQuery(
      CompiledQuery.raw(
        'create table if not exists schema_version (position integer primary key, name text not null unique, digest text not null, applied_at bigint not null)',
      ),
    );
    const query = CompiledQuery.raw('select name, digest from schema_version order by position');
    return (await session.connection.executeQuery<Applied>(query)).rows;
  } finally {
    await session.release();
  }
}

/** What was applied must be a beginning of what this program has. */
async function checkApplied(
  column: Column,
  migrations: readonly Migration[],
  applied: readonly Applied[],
): Promise<void> {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = applied.find(({ name }) => !known.has(name));
  if (unknown !== undefined) throw StoreError.of('schema-newer', `this version has no migration ${unknown.name}`);
  for (const [at, { name, digest }] of applied.entries()) {
    const own = migrations[at];
    if (own?.name !== name) throw StoreError.of('schema-differs', `expected ${own?.name}, found ${name}`);
    if ((await digestOf(own, column)) !== digest) {
      throw StoreError.of('schema-differs', `${name} has other statements than when it was applied`);
    }
  }
}

async function apply(column: Column, migration: Migration, nowMs: number): Promise<void> {
  const digest = await digestOf(migration, column);
  const session = await column.session();
  const { connection } = session;
  try {
    await connection.executeQuery(CompiledQuery.raw(column.begin));
    await migration.up(kyselyOn(column, connection), column.name);
    await kyselyOn<SchemaVersion>(column, connection)
      .insertInto('schema_version')
      .values((eb) => ({
        position: eb.selectFrom('schema_version').select((row) => row.fn.countAll<number>().as('count')),
        name: migration.name,
        digest,
        applied_at: nowMs,
      }))
      .execute();
    await connection.executeQuery(CompiledQuery.raw('commit'));
  } catch (error) {
    await session.rollback();
    const detail = error instanceof Error ? error.message : String(error);
    throw StoreError.of('migration-failed', `${migration.name}: ${detail}`, error);
  } finally {
    await session.release();
  }
}

interface SchemaVersion {
  readonly schema_version: { position: number; name: string; digest: string; applied_at: number };
}

/**
 * SHA-256 over the statements that the migration makes. They are Kysely's spelling of it: a test pins the digests, so that
 * no other version of Kysely locks people out of their records.
 */
export async function digestOf(migration: Migration, column: Pick<Column, 'dialect' | 'name'>): Promise<string> {
  const hash = createHash('sha256');
  const connection: DatabaseConnection = {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      hash.update(JSON.stringify([query.sql, query.parameters]));
      return { rows: [] };
    },
    streamQuery: () => {
      throw new Error('a migration reads nothing');
    },
  };
  await migration.up(kyselyOn(column, connection), column.name);
  return `sha256:${hash.digest('hex')}`;
}
