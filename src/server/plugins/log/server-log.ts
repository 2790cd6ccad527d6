import type { FastifyReply, FastifyRequest } from 'fastify';
import { pino, type DestinationStream, type Logger } from 'pino';
import { CodedError } from '../../../bytes/errors.ts';
import type { ServerConfig } from '../../config/schema.ts';
import { shownAddress } from './shown-address.ts';
import { withoutSecrets } from './without-secrets.ts';

const MAX_FRAMES = 12;
const MAX_CAUSES = 4;

/** What the server logs. Each method says all fields that it writes: whatever is not named here is never logged. */
export interface ServerLog {
  /** One line for each answered request: its route by id, never its address, headers or body. */
  answered(request: FastifyRequest, reply: FastifyReply): void;
  /** A fault of the server while it answered a request. */
  fault(request: FastifyRequest, error: unknown): void;
  refusedConnection(requestId: string, code: string): void;
  /** A fault outside of any request. */
  failure(event: string, error: unknown): void;
  event(event: string, facts?: Readonly<Record<string, string | number | boolean | null>>): void;
}

/** JSON lines, at the level of the configuration. */
export function openLog(config: ServerConfig['log'], destination?: DestinationStream): ServerLog {
  const options = { level: config.level, base: null, timestamp: pino.stdTimeFunctions.isoTime } as const;
  return logTo(destination === undefined ? pino(options) : pino(options, destination), config);
}

function logTo(logger: Logger, config: ServerConfig['log']): ServerLog {
  return {
    answered(request, reply) {
      const { caller, startedAtMs, problemCode } = request.visit;
      logger.info({
        event: 'answered',
        request: request.id,
        route: request.routeOptions.config.contract?.id ?? 'other',
        method: request.method,
        status: reply.statusCode,
        ms: Math.round(performance.now() - startedAtMs),
        address: shownAddress(caller.address, config.addresses),
        principal: caller.principal?.id ?? null,
        credential: caller.credential?.id ?? null,
        problem: problemCode ?? null,
      });
    },
    fault(request, error) {
      const route = request.routeOptions.config.contract?.id ?? 'other';
      logger.error({ event: 'fault', request: request.id, route, ...facts(error, withoutSecrets(request)) });
    },
    refusedConnection(requestId, code) {
      logger.info({ event: 'refused-connection', request: requestId, problem: code });
    },
    failure(event, error) {
      logger.error({ event, ...facts(error, (text) => text) });
    },
    event(event, facts_ = {}) {
      logger.info({ event, ...facts_ });
    },
  };
}

/** Name, code, message and places of an error, and the messages of its causes. Never its other properties: drivers put values of rows there. */
function facts(error: unknown, clean: (text: string) => string): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = error instanceof CodedError || 'code' in error ? String(error.code) : '';
  return {
    error: error.name,
    ...(code === '' ? {} : { code }),
    message: clean(error.message),
    at: framesOf(error),
    ...causesOf(error, clean),
  };
}

function causesOf(error: Error, clean: (text: string) => string): { readonly causes?: string } {
  const causes: string[] = [];
  for (let at = error.cause; at instanceof Error && causes.length < MAX_CAUSES; at = at.cause) {
    causes.push(clean(`${at.name}: ${at.message}`));
  }
  return causes.length === 0 ? {} : { causes: causes.join(' | ') };
}

function framesOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim())
    .join(' | ');
}
