import { acceptInvitation, showInvitation } from '../../access/people/invitations/accept.ts';
import { beginLinkPasskey } from '../../access/people/invitations/link-passkey.ts';
import { setUp } from '../../access/people/invitations/set-up.ts';
import { beginOidc } from '../../access/people/oidc/begin-oidc.ts';
import { finishOidc, type OidcEnd } from '../../access/people/oidc/finish-oidc.ts';
import type { People } from '../../access/people/people.ts';
import type { Client } from '../../access/people/record.ts';
import { endReplaced, signOut } from '../../access/people/sessions/sign-out.ts';
import type { Progress, SignInStep } from '../../access/people/sign-in/progress.ts';
import { signInWithCode } from '../../access/people/sign-in/sign-in-with-code.ts';
import { beginPasskeySignIn, signInWithPasskey } from '../../access/people/sign-in/sign-in-with-passkey.ts';
import { signInWithPassword } from '../../access/people/sign-in/sign-in-with-password.ts';
import { waysToSignIn } from '../../access/people/sign-in/ways.ts';
import { CodedError } from '../../bytes/errors.ts';
import type { Caller } from '../../access/caller.ts';
import { type AnyBinding, bind, type SessionCookie, type Streamed } from './bind.ts';
import { redirectHere, returnPage } from './session-pages.ts';
import { timeText } from '../../contract/time-text.ts';

/** Set-up, invitations, and every way of signing in. */
export const sessionBindings: readonly AnyBinding[] = [
  bind('signIn.options', async ({ services: { people }, session }) => await waysToSignIn(people, session.token)),

  bind('setUp.begin', async ({ services: { people }, body, caller, session }) =>
    enter({ people, session, caller }, await setUp(people, { ...body, client: clientOf(caller) })),
  ),

  bind('link.passkeyOptions', async ({ services: { people }, body, caller }) =>
    beginLinkPasskey(people, { ...body, client: clientOf(caller) }),
  ),

  bind('invitation.show', async ({ services: { people }, body, caller }) => {
    const { account, expiresAtMs } = await showInvitation(people, { token: body.token, client: clientOf(caller) });
    return { name: account.name, email: account.email, expiresAt: timeText(expiresAtMs) };
  }),

  bind('invitation.accept', async ({ services: { people }, body, caller, session }) =>
    enter({ people, session, caller }, await acceptInvitation(people, { ...body, client: clientOf(caller) })),
  ),

  bind('signIn.password', async ({ services: { people }, body, caller, session }) =>
    enter({ people, session, caller }, await signInWithPassword(people, { ...body, client: clientOf(caller) })),
  ),

  bind('signIn.totp', async ({ services: { people }, body, caller, session }) => {
    const { token } = session;
    const attempt = { factor: 'totp', ...body, token, client: clientOf(caller) } as const;
    return await enter({ people, session, caller }, await signInWithCode(people, attempt));
  }),

  bind('signIn.recovery', async ({ services: { people }, body, caller, session }) => {
    const attempt = { factor: 'recovery-code', ...body, token: session.token, client: clientOf(caller) } as const;
    return await enter({ people, session, caller }, await signInWithCode(people, attempt));
  }),

  bind('signIn.passkeyOptions', async ({ services: { people }, session }) => {
    const { options, cookie } = await beginPasskeySignIn(people, session.token);
    if (cookie !== null) session.set(cookie.token, cookie.expiresAtMs);
    return options;
  }),

  bind('signIn.passkey', async ({ services: { people }, body, caller, session }) => {
    const { response } = body;
    const attempt = { response, token: session.token, client: clientOf(caller) };
    return await enter({ people, session, caller }, await signInWithPasskey(people, attempt));
  }),

  bind('signIn.oidcStart', async ({ services: { people }, params, caller, session }) => {
    const beginning = { providerId: params.provider, token: session.token, client: clientOf(caller) };
    const { location, cookie } = await beginOidc(people, beginning);
    if (cookie !== null) session.set(cookie.token, cookie.expiresAtMs);
    return { location };
  }),

  bind('signIn.oidcCallback', async ({ services: { people }, params, query, caller, session }): Promise<Streamed> => {
    const { token } = session;
    // The cookie does not come along from the site of the provider (SameSite=Strict); from a page of ours it does.
    if (token === null && query['returned'] === undefined) return returnPage(query);
    const { returned: _, ...answered } = query;
    try {
      const answer = { providerId: params.provider, query: answered, token, client: clientOf(caller) };
      return redirectHere(await placeAfter(await finishOidc(people, answer), { people, session, caller }));
    } catch (error) {
      // Somebody who is signed in already came to link an account.
      const place = caller.principal === null ? '/sign-in' : '/account';
      return redirectHere(`${place}?error=${encodeURIComponent(codeFor(error))}`);
    }
  }),

  bind('signOut', async ({ services: { people }, caller, session }) => {
    await signOut(people, caller);
    session.clear();
  }),
];

function clientOf({ address, agent }: Caller): Client {
  return { address, agent };
}

interface Entering {
  readonly people: People;
  readonly session: SessionCookie;
  readonly caller: Caller;
}

/** What a step leads to goes into the cookie; the session that stood there before ends. */
async function enter({ people, session, caller }: Entering, progress: Progress): Promise<SignInStep> {
  await endReplaced(people, session.token, clientOf(caller));
  session.set(progress.session.token, progress.session.expiresAtMs);
  return progress.step;
}

/** Where in the console somebody goes on. */
const placeOf: Readonly<Record<SignInStep['state'], string>> = {
  'signed-in': '/',
  'factor-required': '/sign-in',
  'enrolment-required': '/enrol',
};

async function placeAfter(end: OidcEnd, entering: Entering): Promise<string> {
  if (end.kind === 'linked') return '/account';
  const { state } = await enter(entering, end.progress);
  return placeOf[state];
}

/** The code for the console; what is no error on purpose is the server's own. */
function codeFor(error: unknown): string {
  if (error instanceof CodedError) return error.code;
  throw error;
}
