import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../../../contract/route.ts';
import { OciError } from '../../../registry/oci/errors.ts';
import { checkCaller } from '../../authorize.ts';
import { untilClosed } from '../../until-closed.ts';
import type { InterfaceOptions } from '../interface-options.ts';
import { answerBlob } from './answer-blob.ts';
import { answerCatalog, answerReferrers, answerTags } from './answer-lists.ts';
import { answerManifest } from './answer-manifest.ts';
import type { OciAsked } from './oci-asked.ts';
import { addOciProblems } from './oci-problems.ts';
import { ociRoutes, otherOci } from './oci-routes.ts';

type Answer = (asked: OciAsked) => Promise<FastifyReply>;

/** The half of the distribution specification, version 1.1, with which clients pull: released versions of models as artifacts. */
export function addOci(app: FastifyInstance, options: InterfaceOptions): void {
  void app.register(async (oci) => {
    addOciProblems(oci, { log: options.log, origin: options.place.origin });
    const add = (routes: readonly Route[], answer: Answer): void => {
      for (const route of routes) addReading(oci, { route, answer, options });
    };
    add(ociRoutes.base, async ({ reply }) => reply.type('application/json').send('{}'));
    add(ociRoutes.catalog, answerCatalog);
    add(ociRoutes.tags, answerTags);
    add(ociRoutes.referrers, answerReferrers);
    add(ociRoutes.manifest, answerManifest);
    add(ociRoutes.blob, answerBlob);
    add([otherOci], async () => {
      throw OciError.of('oci-not-offered');
    });
    addRefused(oci);
  });
}

interface Reading {
  readonly route: Route;
  readonly answer: Answer;
  readonly options: InterfaceOptions;
}

/** Its HEAD says the length of what is there, which Fastify would take from what is sent. */
function addReading(oci: FastifyInstance, { route, answer, options }: Reading): void {
  oci.route({
    method: ['GET', 'HEAD'],
    url: route.path,
    exposeHeadRoute: false,
    ...(ociRoutes.blob.includes(route) ? { handlerTimeout: options.maxStreamMs } : {}),
    config: { contract: route, isOci: true },
    onRequest: async (request) => {
      if (request.visit.caller.principal === null) throw signIn(request);
      checkCaller(route, request.visit.caller);
    },
    handler: (request, reply) => answer(askedOf(request, reply, options)),
  });
}

const signIn = ({ headers }: FastifyRequest): OciError =>
  OciError.of('oci-sign-in', headers.authorization === undefined ? '' : 'this key is not good');

function askedOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { services, rules, stillHolds }: InterfaceOptions,
): OciAsked {
  const { caller } = request.visit;
  if (caller.principal === null) throw signIn(request);
  return {
    call: { registry: services.registry, caller, signal: untilClosed(reply), refused: rules.refused },
    access: services.access,
    principal: caller.principal,
    request,
    reply,
    stillHolds: () => stillHolds(request),
  };
}

/** Says no to everything that would be written, whatever is sent and whoever sends it. */
function addRefused(oci: FastifyInstance): void {
  const refused = async (): Promise<never> => {
    throw OciError.of('oci-read-only');
  };
  for (const method of otherOci.methods) {
    const config = { contract: { ...otherOci, method }, isOci: true as const };
    oci.route({ method, url: otherOci.path, config, onRequest: refused, handler: refused });
  }
}
