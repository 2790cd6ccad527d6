import type { Readable } from 'node:stream';
import type { Caller } from '../../access/caller.ts';
import type { RouteId, RouteOf } from '../../contract/routes/index.ts';
import type { Route, RouteInput, RouteReply } from '../../contract/route.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Services } from '../services.ts';

/** The cookie of the session, as a handler may read and change it. */
export interface SessionCookie {
  readonly token: string | null;
  set(token: string, expiresAtMs: number): void;
  clear(): void;
}

export interface Call<R extends Route> extends RouteInput<R> {
  /** The body of a route that `takes` one, as it arrives; null elsewhere. Whoever reads it bounds it. */
  readonly content: Readable | null;
  /** What the request says of which part it wants, and what it has already. */
  readonly wants: Wants;
  readonly caller: Caller;
  readonly session: SessionCookie;
  readonly services: Services;
  /** Credentials of HTTP Basic, where the route takes a form as OAuth 2.0 has it (RFC 6749 section 2.3.1). */
  readonly basic: { readonly id: string; readonly secret: string } | null;
  /** For an answer that tells of a failure in its own shape, such as readiness. */
  readonly setStatus: (status: number) => void;
  /** Whether the credential still holds, for an answer that goes on for long. */
  readonly stillHolds: () => Promise<boolean>;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** RFC 9110 sections 13 and 14. */
export interface Wants {
  /** Only the headers. */
  readonly isHead: boolean;
  readonly range?: string | undefined;
  readonly ifRange?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** An answer that is not JSON. */
export interface Streamed {
  readonly content: Readable | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

type Answer<R extends Route> = [NonNullable<R['produces']>] extends [never]
  ? RouteReply<R> extends undefined
    ? void
    : RouteReply<R>
  : Streamed;

export interface Binding<Id extends RouteId = RouteId> {
  readonly id: Id;
  readonly answer: (call: Call<RouteOf<Id>>) => Promise<Answer<RouteOf<Id>>>;
  /** For `resource: 'found'`: the scope that the action is asked for; undefined where there is no such thing. */
  readonly scopeOf?: (call: Call<RouteOf<Id>>) => Promise<Scope | undefined>;
}

/** A binding among others: what it takes is checked where it was bound. */
export interface AnyBinding {
  readonly id: RouteId;
  readonly answer: (call: never) => Promise<unknown>;
  readonly scopeOf?: (call: never) => Promise<Scope | undefined>;
}

/** Binds what answers to a route of the contract, with its types. */
export function bind<const Id extends RouteId>(
  id: Id,
  answer: Binding<Id>['answer'],
  scopeOf?: Binding<Id>['scopeOf'],
): Binding<Id> {
  return scopeOf === undefined ? { id, answer } : { id, answer, scopeOf };
}
