import type { Route } from '../../../contract/route.ts';

/** All that is read of a model needs the same right, which is asked for where the model is known. */
const access = { kind: 'action', action: 'models.read', resource: 'found' } as const;

const route = (id: string, path: Route['path'], summary: string): Route => ({
  id,
  method: 'GET',
  path,
  summary,
  access,
});

/** Of a repository, whose name has one part or two. */
const ofRepository = (id: string, rest: string, summary: string): readonly Route[] => [
  route(id, `/v2/:name/${rest}`, summary),
  route(id, `/v2/:namespace/:name/${rest}`, summary),
];

/**
 * Routes of the distribution specification for OCI artifacts, as far as they read. They are not of the contract: their shapes are somebody
 * else's. Limits, log, figures, host check and authentication hold for them as for all others.
 */
export const ociRoutes = {
  base: [route('oci.base', '/v2/', 'whether the key is good'), route('oci.base', '/v2', 'whether the key is good')],
  catalog: [route('oci.catalog', '/v2/_catalog', 'repositories that the caller may read')],
  tags: ofRepository('oci.tags', 'tags/list', 'tags of a repository'),
  referrers: ofRepository('oci.referrers', 'referrers/:digest', 'what there is about a manifest'),
  manifest: ofRepository('oci.manifest', 'manifests/:reference', 'the manifest of a released version'),
  blob: ofRepository('oci.blob', 'blobs/:digest', 'a file of a released version'),
} as const;

/** Whatever else is asked below: to write, or what is not there. */
export const otherOci = {
  ...route('oci.refused', '/v2/*', 'nothing'),
  methods: ['POST', 'PUT', 'PATCH', 'DELETE'],
} as const;
