import { findGrants } from '../../access/grants/list-grants.ts';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import { renamePerson } from '../../access/people/accounts/rename.ts';
import { PeopleError } from '../../access/people/errors.ts';
import { changePassword, confirmWithPassword } from '../../access/people/own-account/change-password.ts';
import { ownSession, type Self } from '../../access/people/own-account/own-session.ts';
import { endOwnSession, revokeSessions } from '../../access/people/own-account/own-sessions.ts';
import { addPasskey, beginPasskey, removePasskey } from '../../access/people/own-account/passkey-factor.ts';
import { ownFactors } from '../../access/people/own-account/show-self.ts';
import { beginTotp, confirmTotp, newCodes, removeTotp } from '../../access/people/own-account/totp-factor.ts';
import { beginVerify, verifyAgain } from '../../access/people/own-account/verify-again.ts';
import { actorOf } from '../../access/people/record.ts';
import { listSessions } from '../../access/people/sessions/list-sessions.ts';
import type { OpenedSession } from '../../access/people/sessions/open-session.ts';
import { csrfTokenOf } from '../../access/people/sessions/resolve-session.ts';
import type { Caller } from '../../access/caller.ts';
import { type ActionId, actionIds } from '../../contract/actions.ts';
import type { RouteId, RouteOf } from '../../contract/routes/index.ts';
import type { RouteReply } from '../../contract/route.ts';
import type { Services } from '../services.ts';
import { type AnyBinding, bind, type SessionCookie } from './bind.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

interface OwnCall {
  readonly services: Services;
  readonly caller: Caller;
}

const selfIn = ({ services, caller }: OwnCall, route: RouteId): Promise<Self> =>
  ownSession(services.people, caller, route);

/** What people do about their own account. */
export const ownAccountBindings: readonly AnyBinding[] = [
  bind('me.show', async (call) => {
    if (call.caller.principal?.kind !== 'person') return await showService(call);
    return await showMe(call, await selfIn(call, 'me.show'));
  }),

  bind('me.rename', async (call) => {
    const { people } = call.services;
    const { account } = await selfIn(call, 'me.rename');
    await renamePerson(people, { caller: call.caller, personId: account.id, name: call.body.name });
    return await showMe(call, await selfIn(call, 'me.rename'));
  }),

  bind('me.changePassword', async (call) => {
    await changePassword(call.services.people, await selfIn(call, 'me.changePassword'), call.body);
  }),

  bind('me.confirm', async (call) => {
    await confirmWithPassword(call.services.people, await selfIn(call, 'me.confirm'), call.body.password);
  }),

  bind('me.totpBegin', async (call) => await beginTotp(call.services.people, await selfIn(call, 'me.totpBegin'))),

  bind('me.totpConfirm', async (call) => {
    const self = await selfIn(call, 'me.totpConfirm');
    const { codes, session } = await confirmTotp(call.services.people, self, call.body.code);
    keep(call.session, session);
    return { codes };
  }),

  bind('me.totpRemove', async (call) => {
    await removeTotp(call.services.people, await selfIn(call, 'me.totpRemove'));
  }),

  bind('me.recoveryCodes', async (call) => ({
    codes: await newCodes(call.services.people, await selfIn(call, 'me.recoveryCodes')),
  })),

  bind('me.passkeyOptions', async (call) =>
    beginPasskey(call.services.people, await selfIn(call, 'me.passkeyOptions')),
  ),

  bind('me.passkeyAdd', async (call) => {
    const self = await selfIn(call, 'me.passkeyAdd');
    const { id, recoveryCodes, session } = await addPasskey(call.services.people, self, call.body);
    keep(call.session, session);
    return { id, recoveryCodes };
  }),

  bind('me.passkeyRemove', async (call) => {
    const self = await selfIn(call, 'me.passkeyRemove');
    await removePasskey(call.services.people, self, call.params.passkeyId);
  }),

  bind('me.verifyOptions', async (call) => beginVerify(call.services.people, await selfIn(call, 'me.verifyOptions'))),

  bind('me.verify', async (call) => {
    const self = await selfIn(call, 'me.verify');
    const { verifiedAtMs, session } = await verifyAgain(call.services.people, self, call.body.response);
    keep(call.session, session);
    return { verifiedAt: timeText(verifiedAtMs) };
  }),

  bind('me.sessions', async (call) => {
    const { account, session } = await selfIn(call, 'me.sessions');
    return await listSessions(call.services.people, {
      personId: account.id,
      currentId: session.id,
      page: call.query,
    });
  }),

  bind('me.sessionRevoke', async (call) => {
    const self = await selfIn(call, 'me.sessionRevoke');
    await endOwnSession(call.services.people, self, call.params.sessionId);
    if (call.params.sessionId === self.session.id) call.session.clear();
  }),

  bind('me.sessionsRevoke', async (call) => {
    const { account, session } = await selfIn(call, 'me.sessionsRevoke');
    const actor = actorOf(call.caller);
    await revokeSessions(call.services.people, { actor, personId: account.id, except: session.id });
  }),
];

/** A session that was proved once more has a new token. */
function keep(cookie: SessionCookie, { token, expiresAtMs }: OpenedSession): void {
  cookie.set(token, expiresAtMs);
}

/** More grants than this are not what a page about oneself is for. */
const MAX_GRANTS = 200;

type Me = RouteReply<RouteOf<'me.show'>>;

async function showMe({ services, caller }: OwnCall, self: Self): Promise<Me> {
  const { people, store } = services;
  const { account, session } = self;
  return {
    principal: { kind: 'person', id: account.id, name: account.name },
    email: account.email,
    level: session.level,
    verifiedAt: timeTextOrNull(session.verifiedAt),
    enrolmentRequired: session.enrolmentRequired,
    ...(await ownFactors(store.read, self)),
    grants: await ownGrants(services, account.id),
    actions: await allowedActions(services, caller),
    csrfToken: csrfTokenOf(people, session.id),
  };
}

/** A service has no factors and no session: who it is, and what it may. */
async function showService({ services, caller }: OwnCall): Promise<Me> {
  const { principal } = caller;
  if (principal === null) throw PeopleError.of('people-only');
  const known = await findPrincipals(services.store.read, [principal]);
  return {
    principal: named(known, principal),
    email: null,
    level: caller.level,
    verifiedAt: null,
    enrolmentRequired: false,
    hasPassword: false,
    hasTotp: false,
    recoveryCodesLeft: 0,
    passkeys: [],
    grants: await ownGrants(services, principal.id),
    actions: await allowedActions(services, caller),
    csrfToken: '',
  };
}

async function ownGrants({ store, clock }: Services, principalId: string): Promise<Me['grants']> {
  const { items } = await findGrants(store.read, { principalId, state: 'active', limit: MAX_GRANTS }, clock());
  return items.map(({ id, role, scope, expiresAtMs }) => ({
    id,
    role,
    scope,
    expiresAt: timeTextOrNull(expiresAtMs),
  }));
}

/** What the caller may do to the server as a whole; with the step-up still to come, where that is all that is missing. */
async function allowedActions({ authorizer }: Services, caller: Caller): Promise<ActionId[]> {
  const allowed: ActionId[] = [];
  for (const action of actionIds) {
    const { allowed: isAllowed, demand } = await authorizer.decide(caller, action, { kind: 'server' });
    if (isAllowed || demand === 'step-up') allowed.push(action);
  }
  return allowed;
}
