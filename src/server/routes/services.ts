import { bind } from './bind.ts';

/** Services, their keys, and tokens for keys. */
export const serviceBindings = [
  bind('oauth.token', ({ body, basic, caller, services }) =>
    services.programs.tokens.issue({ request: body, basic, address: caller.address }),
  ),

  bind('oauth.revoke', async ({ body, caller, services }) => {
    await services.programs.tokens.revoke(body.token, { address: caller.address });
    return {};
  }),

  bind('services.list', ({ query, services }) => services.programs.accounts.list(query)),

  bind('services.show', ({ params, services }) => services.programs.accounts.show(params.serviceId)),

  bind('services.make', ({ body, caller, services }) => services.programs.accounts.make(caller, body)),

  bind('services.change', ({ params, body, caller, services }) =>
    services.programs.accounts.change(caller, params.serviceId, body),
  ),

  bind('keys.list', ({ params, query, services }) => services.programs.keys.list(params.serviceId, query)),

  bind('keys.issue', ({ params, body, caller, services }) =>
    services.programs.keys.issue(caller, params.serviceId, body),
  ),

  bind('keys.rotate', ({ params, body, caller, services }) =>
    services.programs.keys.rotate(caller, params, body.overlapSeconds),
  ),

  bind('keys.revoke', ({ params, caller, services }) => services.programs.keys.revoke(caller, params)),
] as const;
