import { type DatabaseConnection, DefaultQueryExecutor, DummyDriver, Kysely } from 'kysely';
import type { Column } from './column.ts';

/** Builds and runs queries on one given connection. */
export function kyselyOn<Tables>({ dialect }: Pick<Column, 'dialect'>, connection: DatabaseConnection): Kysely<Tables> {
  const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
    provideConnection: (consumer) => consumer(connection),
  });
  return new Kysely<Tables>({ config: { dialect }, driver: new DummyDriver(), dialect, executor });
}
