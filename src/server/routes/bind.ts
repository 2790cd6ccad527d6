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
  readonly caller: Caller;
  readonly session: SessionCookie;
  readonly services: Services;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** An answer that is not JSON. */
export interface Streamed {
  readonly content: Readable | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

type Answer<R extends Route> = R['produces'] extends string
  ? Streamed
  : RouteReply<R> extends undefined
    ? void
    : RouteReply<R>;

export interface Binding<Id extends RouteId = RouteId> {
  readonly id: Id;
  readonly answer: (call: Call<RouteOf<Id>>) => Promise<Answer<RouteOf<Id>>>;
  /** For `resource: 'found'`: the scope that the action is asked for; undefined where there is no such thing. */
  readonly scopeOf?: (call: Call<RouteOf<Id>>) => Promise<Scope | undefined>;
}

/** Binds what answers to a route of the contract, with its types. */
export function bind<const Id extends RouteId>(
  id: Id,
  answer: Binding<Id>['answer'],
  scopeOf?: Binding<Id>['scopeOf'],
): Binding<Id> {
  return scopeOf === undefined ? { id, answer } : { id, answer, scopeOf };
}
