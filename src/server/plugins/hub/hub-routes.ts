import type { Route } from '../../../contract/route.ts';

/** All that is read of a model needs the same right, which is asked for where the model is known. */
const access = { kind: 'action', action: 'models.read', resource: 'found' } as const;

const route = (id: string, method: Route['method'], path: Route['path'], summary: string): Route => ({
  id,
  method,
  path,
  summary,
  access,
});

/**
 * Routes of the hub interface. They are not of the contract: their shapes are somebody else's. Limits, log, figures, host check and
 * authentication hold for them as for all others.
 */
export const hubRoutes = {
  whoAmI: route('hub.whoami', 'GET', '/api/whoami-v2', 'who shows the token'),
  models: route('hub.models', 'GET', '/api/models', 'models with a released version that the caller may read'),
  model: route('hub.model', 'GET', '/api/models/*', 'a model: its revisions, its files'),
  paths: route('hub.paths', 'POST', '/api/models/*', 'what is known of some paths of a model'),
} as const;

/** A file of a released version; the name of a model has one part or two. */
export const fileRoutes: readonly Route[] = (['resolve', 'raw'] as const).flatMap((word) => [
  route('hub.file', 'GET', `/:namespace/:name/${word}/:revision/*`, 'a file of a released version'),
  route('hub.file', 'GET', `/:name/${word}/:revision/*`, 'a file of a released version'),
]);

/** What would be written; none of it is. */
export const writePaths: readonly { readonly methods: readonly Route['method'][]; readonly path: Route['path'] }[] = [
  { methods: ['PUT', 'PATCH', 'DELETE'], path: '/api/models/*' },
  { methods: ['POST', 'PUT', 'PATCH', 'DELETE'], path: '/api/repos/*' },
  { methods: ['POST'], path: '/api/validate-yaml' },
  { methods: ['POST', 'PUT'], path: '/:namespace/:name/info/lfs/*' },
  { methods: ['POST', 'PUT'], path: '/:name/info/lfs/*' },
];

/** Other kinds of repositories. */
export const otherKinds: readonly Route['path'][] = [
  '/api/datasets',
  '/api/datasets/*',
  '/api/spaces',
  '/api/spaces/*',
  '/datasets/:namespace/:name/resolve/*',
  '/datasets/:name/resolve/*',
  '/spaces/:namespace/:name/resolve/*',
];
