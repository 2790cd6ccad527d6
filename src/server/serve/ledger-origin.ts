import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerConfig } from '../config/schema.ts';

const FILE = 'ledger-origin';
const OWNER_ONLY_FILE = 0o600;

interface NamedBy {
  readonly config: Pick<ServerConfig, 'ledger'>;
  /** Where the server is reached. */
  readonly origin: string;
}

/**
 * The name of the log, which is in every checkpoint: what the configuration says; else what it was called at the first start, which is
 * kept beside its keys. A server that moves to another port or gets a public address goes on with its log.
 */
export function ledgerOrigin(keysFolder: string, { config, origin }: NamedBy): string {
  if (config.ledger.origin !== undefined) return config.ledger.origin;
  const file = join(keysFolder, FILE);
  if (!existsSync(file)) writeOnce(file, `${new URL(origin).host}/ledger\n`);
  return readFileSync(file, 'utf8').trim();
}

/** Whole or not at all, and never over what another server wrote meanwhile. */
function writeOnce(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text, { mode: OWNER_ONLY_FILE });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(temporary);
  }
}
