import type { z } from 'zod';
import type { ActionId } from './actions.ts';

/**
 * Who may call a route.
 * - `public`: anybody; what it does is guarded by a secret in the request (sign-in, set-up) or harmless (health).
 * - `self`: everybody who is signed in, about himself only.
 * - `action`: whoever the policies allow this action on the resource: the server itself, the project, the model (of the version) or the
 *   scope named in the request, or what the handler's resolver finds (`found`).
 */
type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'self' }
  | {
      readonly kind: 'action';
      readonly action: ActionId;
      readonly resource: 'server' | 'params.projectId' | 'params.modelId' | 'params.versionId' | 'body.scope' | 'found';
    };

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What is done to the server as a whole. */
export const onServer = <Action extends ActionId>(action: Action) =>
  ({ kind: 'action', action, resource: 'server' }) as const;

type Shape = z.ZodObject | undefined;

/** One route of the HTTP interface, as data: the server, the document, the client and the tests are all made from it. */
export interface Route<
  Id extends string = string,
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Reply extends z.ZodType | undefined = z.ZodType | undefined,
  Produces extends string | undefined = string | undefined,
  Takes extends string | undefined = string | undefined,
> {
  readonly id: Id;
  readonly method: Method;
  /** With parameters as `:name`, each of which `params` has. */
  readonly path: `/${string}`;
  readonly summary: string;
  /** More than one sentence, where one does not do. */
  readonly description?: string;
  readonly access: RouteAccess;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** JSON of the answer; absent: 204 without a body, unless `produces` says what is streamed. */
  readonly reply?: Reply;
  /** Media type of an answer that is not JSON. */
  readonly produces?: Produces;
  /** Status of success where it is neither 200 nor 204. */
  readonly status?: 201 | 202;
  /** In bytes; the server's own limit where absent. */
  readonly maxBodyBytes?: number;
  /** Takes its body as application/x-www-form-urlencoded too, as OAuth 2.0 has it. */
  readonly takesForm?: true;
  /** Media type of a body that is handed on as a stream, as it arrives. */
  readonly takes?: Takes;
}

/** Types a route by what it is given. */
export function defineRoute<
  const Id extends string,
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends z.ZodType | undefined = undefined,
  Reply extends z.ZodType | undefined = undefined,
  Produces extends string | undefined = undefined,
  Takes extends string | undefined = undefined,
>(
  route: Route<Id, Params, Query, Body, Reply, Produces, Takes>,
): Route<Id, Params, Query, Body, Reply, Produces, Takes> {
  return route;
}

// A property that may be absent has the type undefined too, which is not what the route answers.
type Present<Schema> = Extract<Schema, z.ZodType>;
type Parsed<Schema> = [Present<Schema>] extends [never] ? undefined : z.output<Present<Schema>>;
type Given<Schema> = [Present<Schema>] extends [never] ? undefined : z.input<Present<Schema>>;

/** What a handler of the route is given, parsed. */
export interface RouteInput<R extends Route> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
}

/** A body that goes out as it is. */
export type Content = Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array<ArrayBuffer>>;

/** What a caller of the route passes. */
export interface RouteRequest<R extends Route> {
  readonly params: Given<R['params']>;
  readonly query: Given<R['query']>;
  readonly body: [NonNullable<R['takes']>] extends [never] ? Given<R['body']> : Content;
}

/** What the route answers with. */
export type RouteReply<R extends Route> = Parsed<R['reply']>;
