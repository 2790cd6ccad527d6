import { ProblemError } from '../../../../src/contract/client.ts';
import { ProblemNote } from '../../ui/states.tsx';

interface Words {
  readonly detail: string;
  readonly hint: string;
}

/** Single sign-on comes back by an address, which carries a code and never a sentence: anybody can write an address. */
const wordsOf: Readonly<Record<string, Words>> = {
  'oidc-person-unknown': {
    detail: 'nobody is known here with the e-mail address of that account',
    hint: 'Ask an administrator to invite you under exactly that address.',
  },
  'oidc-email-unverified': {
    detail: 'that account does not say that its e-mail address is really yours',
    hint: 'Verify the address where the account is, then come back.',
  },
  'oidc-link-needed': {
    detail: 'you have an account here that has another way in',
    hint: 'Sign in the way you did so far, then link that one on the page of your account.',
  },
  'oidc-identity-taken': {
    detail: 'that account is linked to somebody else here',
    hint: 'Sign in there with the one that is yours, then try again.',
  },
  'oidc-unavailable': {
    detail: 'the outside account cannot be used at the moment',
    hint: 'Try again in a few minutes, or sign in another way.',
  },
  'link-refused': {
    detail: 'your invitation is over',
    hint: 'Whoever invited you can make a new one.',
  },
  'too-many-attempts': {
    detail: 'too many attempts came from this address',
    hint: 'Wait a minute, then try once more.',
  },
};

const otherwise: Words = {
  detail: 'signing in with the outside account did not work',
  hint: 'Try once more. If it stays, your administrator can see the reason in the ledger.',
};

/** Why single sign-on let nobody in. `code` is from the address, and shown only where it is one of ours. */
export function RefusedElsewhere({ code }: { readonly code: string }) {
  const words = Object.hasOwn(wordsOf, code) ? wordsOf[code] : undefined;
  const known = words === undefined ? 'oidc-refused' : code;
  const problem = { type: 'about:blank', title: 'Not signed in', status: 403, code: known, ...(words ?? otherwise) };
  return <ProblemNote error={new ProblemError(problem)} />;
}
