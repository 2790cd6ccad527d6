import { StoreError } from '../errors.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);
/** The server goes down, or somebody ends the session. */
const ENDED: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '25P03', '57P05']);
const CONNECTION_CLASS = '08';
const SOCKET: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTCONN']);
const ENDED_BY_CLIENT = /connection terminated|connection ended|not queryable|connection error|has been discarded/i;

const CONNECT_TIMED_OUT = /timeout exceeded when trying to connect/i;

interface Told {
  readonly code: string;
  readonly message: string;
  readonly constraint: string;
}

/** What the driver says, of an error or of what was behind it. */
function told(error: unknown): Told {
  const own = error instanceof StoreError ? error.cause : error;
  const { code, constraint } = (own ?? {}) as { readonly code?: unknown; readonly constraint?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    message: own instanceof Error ? own.message : String(own),
    constraint: typeof constraint === 'string' ? constraint : '',
  };
}

/** Details of PostgreSQL's errors hold values, which may be somebody's address: only names of constraints are passed on. */
export function translate(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message, constraint } = told(error);
  if (code === UNIQUE_VIOLATION) return StoreError.of('record-exists', constraint, error);
  if (code === FOREIGN_KEY_VIOLATION) return StoreError.of('record-referenced', constraint, error);
  return StoreError.of('statement-failed', message, error);
}

export function isConnectionLost(error: unknown): boolean {
  const { code, message } = told(error);
  return ENDED.has(code) || code.startsWith(CONNECTION_CLASS) || SOCKET.has(code) || ENDED_BY_CLIENT.test(message);
}

/** Also where nothing answered in time: trying that again at once would only take as long again. */
export function isUnreachable(error: unknown): boolean {
  return isConnectionLost(error) || CONNECT_TIMED_OUT.test(told(error).message);
}

export function isRetryable(error: unknown): boolean {
  if (error instanceof StoreError && error.code === 'outcome-unknown') return false;
  return CONFLICTS.has(told(error).code) || isConnectionLost(error);
}
