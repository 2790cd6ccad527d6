import { type AnyBinding, bind } from './bind.ts';
import { serverState } from './server-state.ts';

/** What the server tells of itself. */
export const serverBindings: readonly AnyBinding[] = [
  bind('health.live', async () => ({ status: 'ok' as const, checks: {} })),

  bind('health.ready', async ({ services, setStatus }) => {
    const { status, checks } = await services.health(services);
    if (status === 'failing') setStatus(503);
    return { status, checks: { ...checks } };
  }),

  bind('metrics', async ({ services }) => {
    const { registry } = services.facts.metrics;
    return { content: await registry.metrics(), headers: { 'content-type': registry.contentType } };
  }),

  bind('server.state', async ({ services }) => serverState(services)),
];
