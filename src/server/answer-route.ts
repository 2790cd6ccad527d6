import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../contract/route.ts';
import { type Scope, scope as scopeSchema } from '../contract/types/common.ts';
import { type AccessRules, checkAction } from './authorize.ts';
import { RequestError } from './errors.ts';
import { sessionCookie } from './plugins/identity/session-cookie.ts';
import type { CookieStyle } from './place.ts';
import { type Input, readInput } from './read-input.ts';
import type { AnyBinding } from './routes/bind.ts';
import type { Services } from './services.ts';
import { writeAnswer } from './write-answer.ts';

export interface RouteContext {
  readonly services: Services;
  readonly rules: AccessRules;
  readonly cookie: CookieStyle;
  /** Whether what a request showed of its caller still holds. */
  readonly stillHolds: (request: FastifyRequest) => Promise<boolean>;
  readonly isStrict: boolean;
}

const SERVER: Scope = { kind: 'server' };

/** What answers one route: parse, ask the policies, do it, send it. Who calls is known by then, and may call it at all. */
export function answerRoute(route: Route, binding: AnyBinding, context: RouteContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const input = readInput(route, request);
    const call = {
      ...input,
      caller: request.visit.caller,
      session: sessionCookie(request.visit.sessionToken, reply, context.cookie),
      services: context.services,
      basic: request.visit.basic,
      setStatus: (status: number) => void reply.code(status),
      stillHolds: () => context.stillHolds(request),
      signal: request.signal,
    };
    await checkScoped(route, input, async () => await binding.scopeOf?.(call as never), {
      request,
      rules: context.rules,
    });
    const answer = await binding.answer(call as never);
    return writeAnswer(reply, route, { answer, isStrict: context.isStrict });
  };
}

/** The check for what is done to less than the whole server: what it is done to is only known from what was sent. */
async function checkScoped(
  { access }: Route,
  input: Input,
  find: () => Promise<Scope | undefined>,
  { request, rules }: { readonly request: FastifyRequest; readonly rules: AccessRules },
): Promise<void> {
  if (access.kind !== 'action' || access.resource === 'server') return;
  const scope = access.resource === 'found' ? await find() : namedScope(access.resource, input);
  // Of what is not there, only those hear who might do it to everything: nobody else learns which ids exist.
  await checkAction(rules, { caller: request.visit.caller, action: access.action, scope: scope ?? SERVER });
  if (scope === undefined) throw RequestError.of('not-found');
}

function namedScope(resource: 'params.projectId' | 'body.scope', { params, body }: Input): Scope {
  if (resource === 'body.scope') return scopeSchema.parse((body as { readonly scope: unknown }).scope);
  return { kind: 'project', id: String((params as { readonly projectId: unknown }).projectId) };
}
