import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../../../contract/route.ts';
import { HubError } from '../../../registry/hub/errors.ts';
import { whoAmI } from '../../../registry/hub/who-am-i.ts';
import { checkCaller } from '../../authorize.ts';
import { untilClosed } from '../../until-closed.ts';
import type { InterfaceOptions } from '../interface-options.ts';
import { answerFile } from './answer-file.ts';
import { answerModel, answerModels, answerPaths, isAboutPaths } from './answer-model.ts';
import { type HubAsked, sendJson } from './hub-asked.ts';
import { addHubBodies } from './hub-bodies.ts';
import { addHubProblems } from './hub-problems.ts';
import { fileRoutes, hubRoutes, otherKinds, writePaths } from './hub-routes.ts';

/** The part of the hub interface that clients read models with. */
export function addHub(app: FastifyInstance, options: InterfaceOptions): void {
  void app.register(async (hub) => {
    addHubProblems(hub, { log: options.log, origin: options.place.origin });
    addHubBodies(hub);
    const add = adder(hub, options);
    add(hubRoutes.whoAmI, async ({ call, reply }) => sendJson(reply, await whoAmI(call.registry, call.caller)));
    add(hubRoutes.models, answerModels);
    add(hubRoutes.model, answerModel);
    add(hubRoutes.paths, answerPaths, (request) => {
      if (!isAboutPaths(request)) throw HubError.of('hub-read-only');
    });
    for (const route of fileRoutes) addFiles(hub, route, options);
    addRefused(hub);
  });
}

type Handler = (asked: HubAsked) => Promise<FastifyReply>;
type Check = (request: FastifyRequest) => void;

/** @returns what adds a route; its check comes before the body is read */
const adder =
  (hub: FastifyInstance, options: InterfaceOptions) =>
  (route: Route, handler: Handler, check?: Check): void => {
    hub.route({
      method: route.method,
      url: route.path,
      config: { contract: route, isHub: true },
      onRequest: async (request) => {
        check?.(request);
        checkSignedIn(route, request);
      },
      handler: answer(handler, options),
    });
  };

/** Its HEAD says the length of what is there, which Fastify would take from what is sent. */
function addFiles(hub: FastifyInstance, route: Route, options: InterfaceOptions): void {
  hub.route({
    method: ['GET', 'HEAD'],
    url: route.path,
    exposeHeadRoute: false,
    handlerTimeout: options.maxStreamMs,
    config: { contract: route, isHub: true },
    onRequest: async (request) => checkSignedIn(route, request),
    handler: answer(answerFile, options),
  });
}

/** Says no to everything that would be written, and to kinds of repositories that are not here, whatever is sent. */
function addRefused(hub: FastifyInstance): void {
  const refuse = (path: Route['path'], method: Route['method'], code: 'hub-read-only' | 'hub-models-only'): void => {
    const contract = { ...hubRoutes.models, id: 'hub.refused', method, path };
    const refused = async (): Promise<never> => {
      throw HubError.of(code);
    };
    hub.route({ method, url: path, config: { contract, isHub: true }, onRequest: refused, handler: refused });
  };
  for (const { methods, path } of writePaths) for (const method of methods) refuse(path, method, 'hub-read-only');
  for (const path of otherKinds) refuse(path, 'GET', 'hub-models-only');
}

/** @throws HubError in words of the interface; RequestError `enrolment-required` */
function checkSignedIn(route: Route, { headers, visit }: FastifyRequest): void {
  if (visit.caller.principal !== null) return checkCaller(route, visit.caller);
  if (headers.authorization !== undefined) throw HubError.of('hub-credentials');
  const isList = route === hubRoutes.whoAmI || route === hubRoutes.models;
  throw HubError.of(isList ? 'hub-sign-in' : 'hub-sign-in-for-repository');
}

const answer =
  (handler: Handler, { services, place, rules, stillHolds }: InterfaceOptions) =>
  (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { registry, access } = services;
    const { caller } = request.visit;
    const origin = `${place.isHttps ? 'https' : 'http'}://${request.headers.host}`;
    const call = { registry, caller, signal: untilClosed(reply), refused: rules.refused };
    return handler({ call, access, request, reply, origin, stillHolds: () => stillHolds(request) });
  };
