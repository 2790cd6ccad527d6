import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { storeLimits } from '../limits.ts';

interface Prepared {
  readonly statement: StatementSync;
  readonly reader: boolean;
}

/** What Kysely's SQLite driver needs of a database, over Node's own. Statements are prepared once. */
export class SqliteStatements implements SqliteDatabase {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  prepare(sql: string): SqliteStatement {
    const { statement, reader } = this.#find(sql);
    const given = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
    return {
      reader,
      all: (parameters) => statement.all(...given(parameters)),
      run: (parameters) => statement.run(...given(parameters)),
      // Kept statements start over when they are used again, and somebody may do so between two rows.
      iterate: (parameters) => this.database.prepare(sql).iterate(...given(parameters)),
    };
  }

  close(): void {
    this.#prepared.clear();
    this.database.close();
  }

  /** The least recently used statement makes room. */
  #find(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) {
      this.#prepared.delete(sql);
      this.#prepared.set(sql, known);
      return known;
    }
    const statement = this.database.prepare(sql);
    const made = { statement, reader: statement.columns().length > 0 };
    this.#prepared.set(sql, made);
    if (this.#prepared.size > storeLimits.maxStatements) {
      this.#prepared.delete(this.#prepared.keys().next().value ?? '');
    }
    return made;
  }
}
