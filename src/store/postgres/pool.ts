import pg from 'pg';
import { storeLimits } from '../limits.ts';
import type { PostgresConfig } from './open-postgres.ts';

interface PoolShape {
  readonly max: number;
  readonly readOnly: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;
/** A server that went away without a word is noticed. */
const KEEP_ALIVE_DELAY_MS = 10_000;

const INT8 = 20;
const NUMERIC = 1700;

/** Connections to the database. One that is lost is replaced when the next is asked for. */
export function makePool(config: PostgresConfig, { max, readOnly }: PoolShape): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.url,
    ...(config.tls === undefined ? {} : { ssl: config.tls }),
    max,
    application_name: readOnly ? 'vouchsafe (reading)' : 'vouchsafe (writing)',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    // A batch may wait for the head of the ledger as long as that of another process takes.
    statement_timeout: storeLimits.maxStatementMs,
    idle_in_transaction_session_timeout: storeLimits.maxIdleInTransactionMs,
    ...(readOnly ? { options: '-c default_transaction_read_only=on' } : {}),
    types: { getTypeParser: parserOf },
  });
  // The pool has dropped the connection by itself; without a listener the process would end.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function parserOf(oid: number, format: 'text' | 'binary' = 'text'): (text: string) => unknown {
  if (format === 'text' && (oid === INT8 || oid === NUMERIC)) return toNumber;
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

/** @throws RangeError rather than giving a number that is not the one stored. */
function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53`);
  return value;
}
