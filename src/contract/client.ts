import { clientMethods } from './client-methods.ts';
import { type Problem, problemSchema } from './problem.ts';
import type { Content, Route, RouteReply, RouteRequest } from './route.ts';
import type { RouteId, RouteOf } from './routes/index.ts';

type Parts<R extends Route> = RouteRequest<R>;

/** Parts that a route takes; a part of which every field may be left out may be left out itself. */
type Wanted<P> = {
  [Name in keyof P as P[Name] extends undefined ? never : object extends P[Name] ? never : Name]: P[Name];
} & {
  [Name in keyof P as P[Name] extends undefined ? never : object extends P[Name] ? Name : never]?: P[Name];
};

/** What a call of a route is given: params, query and body, as far as it takes them. */
export type ClientInput<Id extends RouteId> = Wanted<Parts<RouteOf<Id>>>;

/** What a call of a route gives: the parsed JSON, the response itself where the answer is no JSON, or nothing. */
export type ClientReply<Id extends RouteId> = [NonNullable<RouteOf<Id>['produces']>] extends [never]
  ? RouteReply<RouteOf<Id>> extends undefined
    ? undefined
    : RouteReply<RouteOf<Id>>
  : Response;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** What it is for, where a grant asks for that. */
  readonly purpose?: string;
}

export type ClientArguments<Id extends RouteId> =
  object extends ClientInput<Id>
    ? [input?: ClientInput<Id>, options?: CallOptions]
    : [input: ClientInput<Id>, options?: CallOptions];

/** How a route goes over the wire. */
export interface Wire {
  readonly method: string;
  readonly path: string;
  readonly answer: 'json' | 'nothing' | 'response';
  /** Media type of a body that goes out as it is. */
  readonly takes?: string;
}

export type Send = <Id extends RouteId>(wire: Wire, id: Id, input: ClientArguments<Id>) => Promise<ClientReply<Id>>;

export interface ClientOptions {
  /** Such as `https://vouchsafe.example.org`; in a page of the server, nothing: its own origin. */
  readonly origin?: string;
  /** A key or a short-lived token of a service. */
  readonly bearer?: string;
  /** The `csrfToken` of `me.show`, for pages that use the cookie of a session. */
  readonly csrfToken?: () => string | null;
  /** Called when the server asks for a recent passkey; true where it was given, and the call is made once more. */
  readonly onStepUp?: (problem: Problem) => Promise<boolean>;
  readonly fetch?: typeof fetch;
}

export type Client = ReturnType<typeof clientMethods>;

/** The server refused or failed, and said why (RFC 9457). */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }

  /** Stable: programs may rely on it. */
  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/**
 * A client with a method for each route of the contract: `client.people.list({ query: { limit: 10 } })`. Works in browsers and Node.
 * Every method throws `ProblemError` for an answer that is not a success, and what `fetch` throws where there was none.
 */
export function makeClient(options: ClientOptions = {}): Client {
  return clientMethods(async (wire, _id, [input, call]) => {
    const loose = (input ?? {}) as LooseInput;
    try {
      return (await send(wire, loose, { ...options, ...call })) as never;
    } catch (error) {
      const wantsProof = error instanceof ProblemError && error.code === 'step-up-required';
      if (!wantsProof || options.onStepUp === undefined || !(await options.onStepUp(error.problem))) throw error;
      return (await send(wire, loose, { ...options, ...call })) as never;
    }
  });
}

type Fields = Readonly<Record<string, unknown>>;

interface LooseInput {
  readonly params?: Fields;
  readonly query?: Fields;
  readonly body?: unknown;
}

async function send(wire: Wire, input: LooseInput, options: ClientOptions & CallOptions): Promise<unknown> {
  const ask = options.fetch ?? fetch;
  const response = await ask(`${options.origin ?? ''}${pathOf(wire.path, input.params)}${searchOf(input.query)}`, {
    method: wire.method,
    credentials: options.bearer === undefined ? 'same-origin' : 'omit',
    redirect: 'error',
    headers: headersOf(wire, input, options),
    ...bodyOf(wire, input),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (!response.ok) throw await readProblem(response);
  if (wire.answer === 'response') return response;
  return wire.answer === 'nothing' ? undefined : readJson(response);
}

function bodyOf({ takes }: Wire, { body }: LooseInput): RequestInit {
  if (body === undefined) return {};
  // Of a stream Node wants to be told that the answer may begin before it ends.
  const duplex = { duplex: 'half' } as object;
  return takes === undefined ? { body: JSON.stringify(body) } : { body: body as Content, ...duplex };
}

function headersOf(wire: Wire, { body }: LooseInput, options: ClientOptions & CallOptions): Record<string, string> {
  const token = wire.method === 'GET' ? null : (options.csrfToken?.() ?? null);
  return {
    accept: wire.answer === 'json' ? 'application/json' : '*/*',
    ...(body === undefined ? {} : { 'content-type': wire.takes ?? 'application/json' }),
    ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
    ...(token === null ? {} : { 'x-csrf-token': token }),
    ...(options.purpose === undefined ? {} : { 'x-purpose': options.purpose }),
  };
}

/** Fills `:name` and `*` in a path of the contract. Slashes stay slashes only in `*`. */
function pathOf(path: string, params: Fields = {}): string {
  return path
    .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
    .replace('*', () => String(params['*']).split('/').map(encodeURIComponent).join('/'));
}

function searchOf(query: Fields = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

/** A page of a proxy, or half an answer, with a status of success is no success. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw unexplained(response, 'JSON', 'something else');
    throw error;
  }
}

/** An answer of something in between, such as a proxy, is no problem document: it is told as one. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return new ProblemError(parsed.data);
  return unexplained(response, 'a problem document', `status ${response.status} without one`);
}

function unexplained({ status }: Response, expected: string, found: string): ProblemError {
  return new ProblemError({
    type: 'about:blank',
    title: 'Unexplained answer',
    status,
    detail: `expected ${expected}, found ${found}`,
    code: 'unexplained-answer',
    hint: 'something between here and the server answered instead, such as a proxy: its log may tell',
  });
}
