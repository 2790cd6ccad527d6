import { listAccess } from '../../access/grants/list-access.ts';
import { findGrant, findGrants, showGrants } from '../../access/grants/list-grants.ts';
import { giveGrantAs } from '../../access/grants/give-grant.ts';
import { changeProject, listProjects, makeProject, readProject } from '../../access/grants/projects.ts';
import { takeGrantAs } from '../../access/grants/take-grant.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import type { Services } from '../services.ts';
import { bind } from './bind.ts';
import { signedIn } from './signed-in.ts';

/** Other processes, and this one, look again at once. */
function announce({ access }: Services, change: Change, what: string): void {
  change.afterCommit(() => access.bus.publish('access', what));
}

export const grantBindings = [
  bind('grants.list', async ({ query, services }) => {
    const { store, clock } = services;
    const { cursor, ...filter } = query;
    const page = await findGrants(store.read, { ...filter, after: cursor }, clock());
    return { items: await showGrants(store.read, page.items, clock()), next: page.next };
  }),

  bind('grants.give', async ({ body, caller, services }) => {
    const { store, clock } = services;
    const { expiresAt, ...draft } = body;
    const expiresAtMs = expiresAt === undefined ? null : Date.parse(expiresAt);
    const { value } = await store.change(async (change) => {
      const grant = await giveGrantAs(change, caller, { draft: { ...draft, expiresAtMs }, atMs: clock() });
      announce(services, change, grant.principal.id);
      return grant;
    });
    const [shown] = await showGrants(store.read, [value], clock());
    if (shown === undefined) throw new Error('a grant that was given is not shown');
    return shown;
  }),

  bind(
    'grants.take',
    async ({ params, query, caller, services }) => {
      const { store, clock, access } = services;
      const view = { policies: access.records.policies, address: caller.address, atMs: clock() };
      const taking = { grantId: params.grantId, reason: query.reason ?? '', view };
      await store.change(async (change) => {
        const grant = await takeGrantAs(change, caller, taking);
        announce(services, change, grant.principal.id);
      });
    },
    async ({ params, services }) => (await findGrant(services.store.read, params.grantId))?.scope,
  ),

  bind('access.list', async ({ query, services }) => {
    const { store, clock, access } = services;
    const { cursor, ...filter } = query;
    const listing = { read: store.read, policies: access.records.policies, nowMs: clock() };
    return listAccess(listing, { ...filter, after: cursor });
  }),

  bind('projects.list', async ({ query, caller, services }) => {
    const { store, clock, access } = services;
    const maySee = async (id: string): Promise<boolean> => {
      const { allowed } = await access.authorizer.decide(caller, 'projects.read', { kind: 'project', id });
      return allowed;
    };
    return listProjects(store.read, { limit: query.limit, after: query.cursor, maySee, nowMs: clock() });
  }),

  bind('projects.show', ({ params, services }) => projectOf(services, params.projectId)),

  bind('projects.make', async ({ body, caller, services }) => {
    const by = signedIn(caller);
    const { value } = await services.store.change(async (change) => {
      const id = await makeProject(change, body, { by, atMs: services.clock() });
      announce(services, change, id);
      return id;
    });
    return projectOf(services, value);
  }),

  bind('projects.change', async ({ params, body, caller, services }) => {
    const by: PrincipalRef = signedIn(caller);
    const facts = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    await services.store.change(async (change) => {
      await changeProject(change, { id: params.projectId, facts }, by);
      announce(services, change, params.projectId);
    });
    return projectOf(services, params.projectId);
  }),
] as const;

function projectOf({ store, clock }: Services, id: string) {
  return readProject(store.read, id, clock());
}
