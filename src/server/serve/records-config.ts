import { readFileSync } from 'node:fs';
import type { RecordsConfig } from '../../store/open-store.ts';
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
    ...(tls === undefined ? {} : { tls: { ...(tls.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) }) } }),
  };
}

function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const complete = new URL(url);
  complete.password = encodeURIComponent(password);
  return complete.href;
}

/** Where PostgreSQL is, for what else uses it; undefined for the embedded column. */
export function postgresOf(records: RecordsConfig): { readonly url: string; readonly schema: string } | undefined {
  return records.column === 'postgres' ? { url: records.url, schema: records.schema ?? 'vouchsafe' } : undefined;
}
