import type { ConnectionOptions } from 'node:tls';

/** Where records are, for what else is kept or said there. */
export interface PostgresPlace {
  readonly url: string;
  /** The schema of the records; tells servers apart that share a database. */
  readonly schema: string;
  readonly tls?: ConnectionOptions;
}
