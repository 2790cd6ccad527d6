import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../../../store/tables/index.ts';
import { hashToken } from './one-time-token.ts';
import type { ServerSecrets } from './server-secrets.ts';

/** What a ticket was handed out for, and to whom: it counts for nothing else. */
export interface TicketUse {
  readonly purpose: 'passkey-accept' | 'passkey-add' | 'passkey-sign-in' | 'passkey-verify' | 'oidc';
  /** The session, or the cookie of somebody who has none. */
  readonly binding: string;
}

const RANDOM_BYTES = 16;
const TIME_BYTES = 6;
const MAC_BYTES = 32;
const TICKET_BYTES = RANDOM_BYTES + TIME_BYTES + MAC_BYTES;

/**
 * A challenge that need not be stored: random bits, when it ends, and a keyed digest over both and its use. So a stranger who asks for a
 * thousand challenges writes nothing; only answered ones are written down, to refuse them the second time.
 */
export function issueTicket(secrets: ServerSecrets, use: TicketUse, expiresAtMs: number): Buffer {
  const random = randomBytes(RANDOM_BYTES);
  const time = Buffer.alloc(TIME_BYTES);
  time.writeUIntBE(expiresAtMs, 0, TIME_BYTES);
  return Buffer.concat([random, time, digest(secrets, use, Buffer.concat([random, time]))]);
}

/** When a ticket ends, in ms since 1970; null where it was not handed out for this use, or is over. */
export function checkTicket(secrets: ServerSecrets, use: TicketUse, ticket: string, nowMs: number): number | null {
  const bytes = Buffer.from(ticket, 'base64url');
  if (bytes.length !== TICKET_BYTES || bytes.toString('base64url') !== ticket) return null;
  const body = bytes.subarray(0, RANDOM_BYTES + TIME_BYTES);
  if (!timingSafeEqual(digest(secrets, use, body), bytes.subarray(RANDOM_BYTES + TIME_BYTES))) return null;
  const expiresAtMs = body.readUIntBE(RANDOM_BYTES, TIME_BYTES);
  return expiresAtMs > nowMs ? expiresAtMs : null;
}

function digest(secrets: ServerSecrets, { purpose, binding }: TicketUse, body: Buffer): Buffer {
  return secrets.mac('ticket', [purpose, binding, body.toString('base64url')]);
}

/** Takes a ticket out of use, together with what it allowed; false where somebody was first. Call within a change. */
export async function useTicket(
  sql: Kysely<Database>,
  { ticket, expiresAtMs, nowMs }: { readonly ticket: string; readonly expiresAtMs: number; readonly nowMs: number },
): Promise<boolean> {
  await sql.deleteFrom('people_used_tickets').where('expires_at', '<', nowMs).execute();
  const added = await sql
    .insertInto('people_used_tickets')
    .values({ ticket_hash: hashToken(ticket), expires_at: expiresAtMs })
    .onConflict((conflict) => conflict.column('ticket_hash').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}
