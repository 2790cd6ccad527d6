import type { Kysely } from 'kysely';
import type { DialectName } from '../column.ts';

/** One step from one shape of the records to the next. Never edited once it was released: the digest of its statements is kept. */
export interface Migration {
  /** `NNNN-area`; they run in the order in which they are listed. */
  readonly name: string;
  /** Runs in a transaction. The statements must not depend on what is in the tables. */
  readonly up: (db: Kysely<unknown>, dialect: DialectName) => Promise<void>;
}
