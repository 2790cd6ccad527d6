import type { RouteReply } from '../../contract/route.ts';
import type { RouteOf } from '../../contract/routes/index.ts';
import type { ServerConfig } from '../config/schema.ts';
import type { Services } from '../services.ts';
import { timeText } from '../../contract/time-text.ts';

/** How the server is set up: what helps whoever runs it, and nothing that is secret. */
export function serverState({ facts, store, blobs, jobs, counters }: Services): RouteReply<RouteOf<'server.state'>> {
  const { config } = facts;
  return {
    version: facts.version,
    startedAt: timeText(facts.startedAtMs),
    origin: facts.origin,
    column: { records: store.dialect, blobs: blobs.column, jobs: jobs.column, counters: counters.column },
    tls: tlsOf(config.listen),
    oidc: config.oidc.map(({ id, name, issuer }) => ({ id, name, issuer })),
    retentionDays: config.ledger.retentionDays,
    strongFactorRoles: [...config.access.strongFactorRoles],
    stepUpSeconds: config.access.stepUpSeconds,
  };
}

function tlsOf({ tls, behindProxy }: ServerConfig['listen']): 'none' | 'server' | 'mutual' | 'proxy' {
  if (tls !== undefined) return tls.clientCaFile === undefined ? 'server' : 'mutual';
  return behindProxy === undefined ? 'none' : 'proxy';
}
