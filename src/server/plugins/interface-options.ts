import type { FastifyRequest } from 'fastify';
import type { AccessRules } from '../authorize.ts';
import type { Place } from '../place.ts';
import type { Services } from '../services.ts';
import type { ServerLog } from './log/server-log.ts';

/** What an interface that is not of the contract, but of other programs, is given. */
export interface InterfaceOptions {
  readonly services: Pick<Services, 'registry' | 'access'>;
  readonly place: Place;
  readonly log: ServerLog;
  readonly rules: Pick<AccessRules, 'refused'>;
  /** Whether what a request showed still makes the same caller of it. */
  readonly stillHolds: (request: FastifyRequest) => Promise<boolean>;
  /** What is streamed may take as long as it takes. */
  readonly maxStreamMs: number;
}
