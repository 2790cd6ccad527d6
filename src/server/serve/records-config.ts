import { readFileSync } from 'node:fs';
import type { RecordsConfig } from '../../store/open-store.ts';
import type { PostgresPlace } from '../../store/postgres/place.ts';
import { readSecret } from '../config/read-secret.ts';
import type { ServerConfig } from '../config/schema.ts';

/** Where records are, with the secrets that the configuration only names. @throws StartError `secret-unreadable` */
export function recordsConfig({ records }: Pick<ServerConfig, 'records'>, folder: string): RecordsConfig {
  if ('sqlite' in records) return { column: 'sqlite', folder };
  const { url, password, schema, tls, maxReaders } = records.postgres;
  return {
    column: 'postgres',
    url: withPassword(url, password === undefined ? undefined : readSecret(password)),
    schema,
    maxReaders,
    folder,
    ...(tls === undefined ? {} : { tls: tls.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) } }),
  };
}

function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const complete = new URL(url);
  complete.password = encodeURIComponent(password);
  return complete.href;
}

/** Where PostgreSQL is, for what else uses it; undefined for the embedded column. */
export function postgresOf(records: RecordsConfig): PostgresPlace | undefined {
  if (records.column !== 'postgres') return undefined;
  const { url, schema = 'vouchsafe', tls } = records;
  return { url, schema, ...(tls === undefined ? {} : { tls }) };
}
