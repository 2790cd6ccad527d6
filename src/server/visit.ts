import type { Caller } from '../access/caller.ts';
import type { Route } from '../contract/route.ts';

/** What the server knows about one request, from its first byte to its last. */
export interface Visit {
  /** Of the monotonic clock, in ms. */
  readonly startedAtMs: number;
  caller: Caller;
  /** In the cookie of the session, whatever it is worth. */
  sessionToken: string | null;
  /** What must come back with everything that changes something; null without a session. */
  csrfToken: string | null;
  /** Of HTTP Basic, which only the token endpoint takes. */
  basic: { readonly id: string; readonly secret: string } | null;
  /** Code of the problem that was answered. */
  problemCode?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit;
  }
  interface FastifyContextConfig {
    /** Absent for what is no route of the contract: files of the console, documents. */
    readonly contract?: Route;
    /** Read by clients of the hub interface, which write slashes and keys their own way. */
    readonly isHub?: true;
    /** Read by clients of OCI registries: they send keys as passwords, and slashes at the end of addresses. */
    readonly isOci?: true;
  }
}

/** A caller of whom nothing is known but the connection. */
export function stranger(seen: Pick<Caller, 'address' | 'agent' | 'purpose' | 'requestId'>): Caller {
  return {
    principal: null,
    credential: null,
    level: 1,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: null,
    ...seen,
  };
}
