import * as z from 'zod';
import { actions } from '../../contract/actions.ts';
import { problemSchema } from '../../contract/problem.ts';
import type { Route } from '../../contract/route.ts';

type Json = Readonly<Record<string, unknown>>;

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const INTRODUCTION = `Everything the server does, as its console and its command line use it.

People sign in and hold a session in a cookie; programs send a key or a short-lived token as \`authorization: Bearer\`. Never both.
With the cookie of a session, everything that changes something also repeats \`csrfToken\` of \`GET /api/me\` as \`x-csrf-token\`.
A refusal by policy names the policies. Lists come in pages: \`next\` of one page is \`cursor\` of the next request.`;

/** The contract as an OpenAPI 3.1 document. The same routes always give the same document. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vouchsafe',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(routes.map(groupOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-vouchsafe' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

/** Groups are the first words of ids. */
export function groupOf({ id }: Route): string {
  return id.includes('.') ? id.slice(0, id.indexOf('.')) : id;
}

const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{path}');

function operation(route: Route): Json {
  return {
    operationId: route.id,
    tags: [groupOf(route)],
    summary: route.summary,
    description: [route.description, accessText(route)].filter((text) => text !== undefined).join('\n\n'),
    security: route.access.kind === 'public' ? [] : [{ session: [] }, { bearer: [] }],
    ...(route.access.kind === 'action' ? { 'x-action': route.access.action } : {}),
    parameters: [...parametersOf('path', route.params), ...parametersOf('query', route.query)],
    ...bodyOf(route),
    responses: responsesOf(route),
  };
}

/** Who may call a route, in a sentence. */
export function accessText({ access }: Route): string {
  if (access.kind === 'public') return 'Anybody.';
  if (access.kind === 'self') return 'Everybody who is signed in, about himself.';
  const { title, ...action } = actions[access.action];
  const stepUp = 'stepUp' in action ? '; with a passkey used in the last minutes' : '';
  return `Needs \`${access.action}\` (${title})${stepUp}.`;
}

function parametersOf(place: 'path' | 'query', schema: z.ZodObject | undefined): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, of]) => ({
    name: name === '*' ? 'path' : name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: of,
  }));
}

function bodyOf(route: Route): Json {
  const { body, takes } = route;
  if (takes !== undefined) {
    return { requestBody: { required: true, content: { [takes]: { schema: { type: 'string', format: 'binary' } } } } };
  }
  return body === undefined ? {} : { requestBody: { required: true, content: bodyContent(route, body) } };
}

function bodyContent(route: Route, body: z.ZodType): Json {
  const schema = schemaOf(body, 'input');
  const form = route.takesForm === true ? { 'application/x-www-form-urlencoded': { schema } } : {};
  return { 'application/json': { schema }, ...form };
}

function responsesOf(route: Route): Json {
  const status = route.status ?? (route.reply === undefined && route.produces === undefined ? 204 : 200);
  const problem = {
    description: 'a problem: `code` says which',
    content: { 'application/problem+json': { schema: PROBLEM } },
  };
  return { [String(status)]: { description: 'as asked', ...contentOf(route) }, default: problem };
}

function contentOf({ reply, produces }: Route): Json {
  if (produces !== undefined) return { content: { [produces]: { schema: { type: 'string' } } } };
  return reply === undefined ? {} : { content: { 'application/json': { schema: schemaOf(reply, 'output') } } };
}

/** JSON Schema of a type as it stands inside of the document, which has the version and could not follow definitions of a part. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const options = {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }: { jsonSchema: MutableSchema }) => tidy(jsonSchema, io),
  };
  const { $schema: _version, $defs: _definitions, ...rest } = z.toJSONSchema(schema, options as never);
  return withoutReferences(rest) as Json;
}

type MutableSchema = Record<string, unknown>;

function tidy(schema: MutableSchema, io: 'input' | 'output'): void {
  // A format says it; the pattern of leap years does not help a reader.
  if (schema['format'] === 'date-time' || schema['format'] === 'date') delete schema['pattern'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  // What a schema does not name is refused.
  if (io === 'input' && schema['type'] === 'object') schema['additionalProperties'] ??= false;
}

/** The only type that refers to itself is JSON of any kind. */
function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutReferences(item)]));
}
