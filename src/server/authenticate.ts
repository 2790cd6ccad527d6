import type { Caller } from '../access/caller.ts';

/** What a credential proves. Address, agent and the rest of the caller come from the request. */
export type Known = Pick<
  Caller,
  'principal' | 'credential' | 'level' | 'verifiedAtMs' | 'enrolmentRequired' | 'scopes'
>;

/** What the session of a person proves. Nothing limits it but what the person may do. */
interface KnownSession extends Omit<Known, 'scopes'> {
  /** What must come back in `x-csrf-token` with everything that changes something. */
  readonly csrfToken: string;
}

/** From where a credential was shown. */
interface Sighting {
  readonly address: string;
  readonly agent: string;
  /** Asks without anybody doing anything, as a stream does that is left open: it keeps no session from idling out. */
  readonly isUnattended?: boolean;
}

/**
 * Tells who a credential belongs to; nobody where it is unknown, ended, or not good for everything yet (a second factor is missing).
 * Asks the records, or a cache no older than `maxStaleMs`.
 */
export interface Authenticator {
  /** The token in the cookie of a session. */
  resolveSession(token: string, from: Sighting): Promise<KnownSession | null>;
  /** A key or a token of `authorization: Bearer`. May throw why one that is right cannot be used: ended, from another network. */
  resolveBearer(secret: string, from: Sighting): Promise<Known | undefined>;
}
