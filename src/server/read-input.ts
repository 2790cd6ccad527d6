import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Route } from '../contract/route.ts';
import { RequestError } from './errors.ts';
import { parseForm } from './plugins/body/parse-form.ts';
import { unknownFields } from './unknown-fields.ts';
import { unstorableTexts } from './unstorable-text.ts';

const MAX_ERRORS = 20;

interface Fault {
  readonly path: string;
  readonly message: string;
}

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Parses what a request brought, by the schemas of its route. Every fault of all three is told at once; what no schema names is one too.
 * @throws {RequestError} `invalid-request`, `unexpected-body`
 */
export function readInput(route: Route, request: FastifyRequest): Input {
  const faults: Fault[] = [];
  const read = (place: string, schema: z.ZodType | undefined, given: unknown): unknown =>
    readPart({ place, schema, given }, faults);
  checkBody(route, request);
  const input = {
    params: read('params', route.params, request.params),
    query: read('query', route.query, parseForm(request.url.split('?', 2)[1] ?? '', 'query')),
    body: route.takes !== undefined ? undefined : read('body', route.body, request.body),
  };
  if (faults.length === 0) return input;
  const [first] = faults;
  throw RequestError.of('invalid-request', `${first?.path ?? ''}: ${first?.message ?? ''}`, {
    errors: faults.slice(0, MAX_ERRORS),
  });
}

/** Whether there is a body of the sort that the route takes. */
function checkBody({ takes, body }: Route, request: FastifyRequest): void {
  if (takes !== undefined) {
    if (!(request.body instanceof Readable)) throw RequestError.of('unsupported-media-type', takes);
  } else if (body === undefined && request.body !== undefined) throw RequestError.of('unexpected-body');
}

interface Part {
  readonly place: string;
  readonly schema: z.ZodType | undefined;
  readonly given: unknown;
}

function readPart({ place, schema, given }: Part, faults: Fault[]): unknown {
  const parsed = schema?.safeParse(given);
  if (parsed?.success === false) {
    faults.push(...parsed.error.issues.flatMap((issue) => faultsOf(issue, place)));
    return undefined;
  }
  faults.push(
    ...unstorableTexts(given, place).map((path) => ({ path, message: 'expected whole characters, and no U+0000' })),
  );
  const data = parsed?.data ?? {};
  faults.push(...unknownFields(given, data, place).map((path) => ({ path, message: 'is not known here' })));
  return parsed?.data;
}

function faultsOf(issue: z.core.$ZodIssue, place: string): readonly Fault[] {
  const path = [place, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not known here' }));
  }
  return [{ path, message: issue.message.charAt(0).toLowerCase() + issue.message.slice(1) }];
}
