import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../contract/route.ts';
import { type Scope, scope as scopeSchema } from '../contract/types/common.ts';
import type { Caller } from '../access/caller.ts';
import type { ActionId } from '../contract/actions.ts';
import { modelScope, versionScope } from '../registry/models/scopes.ts';
import { type AccessRules, checkAction } from './authorize.ts';
import { RequestError } from './errors.ts';
import { sessionCookie } from './plugins/identity/session-cookie.ts';
import type { CookieStyle } from './place.ts';
import { type Input, readInput } from './read-input.ts';
import { recordRuleRefusal } from './record-rule-refusal.ts';
import type { AnyBinding, Wants } from './routes/bind.ts';
import type { Services } from './services.ts';
import { untilClosed } from './until-closed.ts';
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
      content: request.body instanceof Readable ? request.body : null,
      wants: wantsOf(request),
      caller: request.visit.caller,
      session: sessionCookie(request.visit.sessionToken, reply, context.cookie),
      services: context.services,
      basic: request.visit.basic,
      setStatus: (status: number) => void reply.code(status),
      stillHolds: () => context.stillHolds(request),
      signal: untilClosed(reply),
    };
    await checkScoped(route, input, async () => await binding.scopeOf?.(call as never), {
      request,
      rules: context.rules,
    });
    const { caller } = request.visit;
    const answer = await binding.answer(call as never).catch(async (error: unknown) => {
      await recordRuleRefusal(context.services, { caller, route, error });
      throw error;
    });
    return writeAnswer(reply, route, { answer, isStrict: context.isStrict });
  };
}

const wantsOf = ({ headers, method }: FastifyRequest): Wants => ({
  isHead: method === 'HEAD',
  range: headers.range,
  ifRange: typeof headers['if-range'] === 'string' ? headers['if-range'] : undefined,
  ifNoneMatch: headers['if-none-match'],
});

/** The check for what is done to less than the whole server, where only what was sent tells what it is done to. */
async function checkScoped(
  { access }: Route,
  { body }: Input,
  find: () => Promise<Scope | undefined>,
  { request, rules }: { readonly request: FastifyRequest; readonly rules: AccessRules },
): Promise<void> {
  if (access.kind !== 'action' || (access.resource !== 'found' && access.resource !== 'body.scope')) return;
  const scope =
    access.resource === 'found' ? await find() : scopeSchema.parse((body as { readonly scope: unknown }).scope);
  await checkOn(rules, { caller: request.visit.caller, action: access.action }, scope);
}

/** Of what is not there (undefined), only those hear who might do it to everything: nobody else learns which ids exist. */
async function checkOn(
  rules: AccessRules,
  asked: { readonly caller: Caller; readonly action: ActionId },
  scope: Scope | undefined,
): Promise<void> {
  await checkAction(rules, { ...asked, scope: scope ?? SERVER });
  if (scope === undefined) throw RequestError.of('not-found');
}

/** The check for what is done to what the address names: before anything that was sent is read. @throws as `checkAction`, `not-found` */
export async function checkAddressed(
  { access, params }: Route,
  request: FastifyRequest,
  { rules, services: { store } }: RouteContext,
): Promise<void> {
  if (access.kind !== 'action' || access.resource === 'body.scope' || access.resource === 'found') return;
  const asked = { caller: request.visit.caller, action: access.action };
  if (access.resource === 'server') return checkAction(rules, { ...asked, scope: SERVER });
  const parsed = params?.safeParse(request.params);
  // An id that is none can be of nothing that somebody has a grant on: what counts is the server as a whole.
  if (parsed?.success !== true) return checkAction(rules, { ...asked, scope: SERVER });
  const { projectId, modelId, versionId } = parsed.data as Readonly<Record<string, string>>;
  if (access.resource === 'params.projectId') {
    return checkAction(rules, { ...asked, scope: { kind: 'project', id: String(projectId) } });
  }
  const isModel = access.resource === 'params.modelId';
  const found = isModel ? modelScope(store.read, String(modelId)) : versionScope(store.read, String(versionId));
  return checkOn(rules, asked, await found);
}
