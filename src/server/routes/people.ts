import {
  type AdministrativeAct,
  disablePerson,
  enablePerson,
  erasePerson,
  resetFactors,
} from '../../access/people/accounts/change-state.ts';
import { listPeople, type PersonView, showPerson } from '../../access/people/accounts/directory.ts';
import { renamePerson } from '../../access/people/accounts/rename.ts';
import { invite, inviteAgain } from '../../access/people/invitations/invite.ts';
import type { MadeLink } from '../../access/people/invitations/links.ts';
import { revokeSessions } from '../../access/people/own-account/own-sessions.ts';
import type { People } from '../../access/people/people.ts';
import { actorOf } from '../../access/people/record.ts';
import { listSessions } from '../../access/people/sessions/list-sessions.ts';
import type { RouteInput } from '../../contract/route.ts';
import type { RouteOf } from '../../contract/routes/index.ts';
import type { Scope } from '../../contract/types/common.ts';
import { checkAction } from '../authorize.ts';
import { refusalRecorder } from '../record-refusal.ts';
import { type AnyBinding, bind, type Call } from './bind.ts';
import { timeText } from '../../contract/time-text.ts';

/** What some people may do about the accounts of others. */
export const peopleBindings: readonly AnyBinding[] = [
  bind('people.list', async ({ services, query }) => await listPeople(services.people, query)),

  bind('people.show', async ({ services, params }) => await showPerson(services.people, params.personId)),

  bind('people.invite', async (call) => {
    const { services, body, caller } = call;
    const grant = grantIn(body);
    if (grant !== null) await requireGiving(call, grant.scope);
    return invitationView(await invite(services.people, caller, { name: body.name, email: body.email, grant }));
  }),

  bind('people.inviteAgain', async ({ services, params, caller }) =>
    invitationView(await inviteAgain(services.people, caller, params.personId)),
  ),

  bind('people.rename', async ({ services: { people }, params, body, caller }) => {
    await renamePerson(people, { caller, personId: params.personId, name: body.name });
    return await showPerson(people, params.personId);
  }),

  bind('people.disable', async (call) => await act(disablePerson, call)),

  bind('people.enable', async (call) => await act(enablePerson, call)),

  bind('people.resetFactors', async ({ services, params, body, caller }) => {
    const { personId } = params;
    const made = await resetFactors(services.people, { caller, personId, reason: body.reason });
    return invitationView({ ...made, personId });
  }),

  bind('people.erase', async ({ services, params, body, caller }) => {
    await erasePerson(services.people, { caller, personId: params.personId, reason: body.reason });
  }),

  bind('people.sessions', async ({ services, params, query }) =>
    listSessions(services.people, { personId: params.personId, page: query }),
  ),

  bind('people.sessionsRevoke', async ({ services, params, caller }) => {
    await revokeSessions(services.people, { actor: actorOf(caller), personId: params.personId });
  }),
];

/** Giving a role with an invitation takes what giving it afterwards would take. */
async function requireGiving({ services, caller }: Call<RouteOf<'people.invite'>>, scope: Scope): Promise<void> {
  const { authorizer, store, counters } = services;
  const rules = { authorizer, refused: refusalRecorder(store, counters) };
  await checkAction(rules, { caller, action: 'grants.give', scope });
}

async function act(
  change: (people: People, act: AdministrativeAct) => Promise<void>,
  { services, params, body, caller }: Call<RouteOf<'people.disable' | 'people.enable'>>,
): Promise<PersonView> {
  await change(services.people, { caller, personId: params.personId, reason: body.reason });
  return await showPerson(services.people, params.personId);
}

function invitationView({ personId, link, expiresAtMs }: MadeLink & { readonly personId: string }) {
  return { personId, link, expiresAt: timeText(expiresAtMs) };
}

type InviteBody = RouteInput<RouteOf<'people.invite'>>['body'];

/** A role that comes with an invitation holds on the whole server where it does not say where. */
function grantIn({ role, scope }: InviteBody) {
  return role === undefined ? null : { role, scope: scope ?? ({ kind: 'server' } as const) };
}
