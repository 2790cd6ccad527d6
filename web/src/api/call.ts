import type { z } from 'zod';
import { type RouteId, type RouteOf, routes } from '../../../src/contract/routes/index.ts';
import { ApiProblem, readProblem } from './problem.ts';

type PartName = 'params' | 'query' | 'body';
/** The schema of a part, without the `undefined` that an optional property brings along; never where there is none. */
type SchemaOf<Id extends RouteId, Part extends PartName | 'reply'> = NonNullable<RouteOf<Id>[Part]>;
type Wanted<Id extends RouteId> = {
  [Part in PartName as [SchemaOf<Id, Part>] extends [never] ? never : Part]: z.input<SchemaOf<Id, Part>>;
};
type OptionalQuery<Request> = Request extends { query: infer Query }
  ? object extends Query
    ? Omit<Request, 'query'> & { query?: Query }
    : Request
  : Request;

/** What a route needs to be called: only the parts that it has. */
export type CallInput<Id extends RouteId> = OptionalQuery<Wanted<Id>>;
export type Reply<Id extends RouteId> = [SchemaOf<Id, 'reply'>] extends [never]
  ? undefined
  : z.output<SchemaOf<Id, 'reply'>>;
export type CallArguments<Id extends RouteId> =
  object extends CallInput<Id> ? [input?: CallInput<Id>] : [input: CallInput<Id>];

interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Asks the person to prove himself once more; answers whether he did. */
type StepUp = () => Promise<boolean>;

let csrfToken = '';
let stepUp: StepUp | null = null;

/** The token of the session, which everything that changes something sends back. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** Who asks when an answer is `step-up-required`; null when nobody does. */
export function onStepUp(ask: StepUp | null): void {
  stepUp = ask;
}

/**
 * Calls a route. When the server wants a recent passkey for it, asks for one and repeats the call once.
 * @throws {ApiProblem} what the server refused, and why
 */
export async function call<Id extends RouteId>(id: Id, ...[input]: CallArguments<Id>): Promise<Reply<Id>> {
  const loose = (input ?? {}) as LooseInput;
  try {
    return (await send(id, loose)) as Reply<Id>;
  } catch (error) {
    const wanted = error instanceof ApiProblem && error.problem.code === 'step-up-required';
    if (!wanted || stepUp === null || !(await stepUp())) throw error;
    return (await send(id, loose)) as Reply<Id>;
  }
}

async function send(id: RouteId, { params, query, body }: LooseInput): Promise<unknown> {
  const route = routes.find((known) => known.id === id);
  if (route === undefined) throw new Error(`no route ${id}`);
  const response = await fetch(pathOf(route.path, params) + searchOf(query), {
    method: route.method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(route.method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await readProblem(response);
  if (response.status === 204) return undefined;
  const reply = 'reply' in route ? route.reply : undefined;
  return reply === undefined ? response.text() : reply.parse(await response.json());
}

/** Fills `:name` in a path of the contract. */
export function pathOf(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function searchOf(query: Readonly<Record<string, unknown>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}
