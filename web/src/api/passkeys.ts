import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import { call, type Reply } from './call.ts';
import { ProblemError } from '../../../src/contract/client.ts';

type Json = Record<string, never>;

/** Whether this browser and address can use passkeys at all. */
export const passkeysWork = browserSupportsWebAuthn;

/** Signs in with a passkey, as first or second step. */
export async function signInWithPasskey(): Promise<Reply<'signIn.passkey'>> {
  const options = await call('signIn.passkeyOptions');
  const response = await asked(() =>
    startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }),
  );
  return call('signIn.passkey', { body: { response: response as unknown as Json } });
}

/** Proves once more, with user verification, that it is still the same person. */
export async function verifyWithPasskey(): Promise<void> {
  const options = await call('me.verifyOptions');
  const response = await asked(() =>
    startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }),
  );
  await call('me.verify', { body: { response: response as unknown as Json } });
}

/** Makes a passkey; the first strong factor of an account comes with recovery codes. */
export async function addPasskey(name: string): Promise<Reply<'me.passkeyAdd'>> {
  const options = await call('me.passkeyOptions');
  const response = await asked(() =>
    startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }),
  );
  return call('me.passkeyAdd', { body: { name, response: response as unknown as Json } });
}

/** Makes a passkey for whoever holds the token of a link, to open the account with. */
export async function makeLinkPasskey(
  owner: { readonly token: string; readonly name: string; readonly email?: string },
  passkeyName: string,
): Promise<{ readonly name: string; readonly response: Json }> {
  const options = await call('link.passkeyOptions', { body: owner });
  const response = await asked(() =>
    startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }),
  );
  return { name: passkeyName, response: response as unknown as Json };
}

/** What the browser's refusals mean, in the words of a problem. */
async function asked<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw new ProblemError({
      type: 'about:blank',
      title: 'The passkey was not used',
      status: 0,
      code:
        error instanceof WebAuthnError
          ? `passkey-${error.code.toLowerCase().replaceAll('_', '-')}`
          : 'passkey-not-used',
      ...wordsFor(error),
    });
  }
}

function wordsFor(error: unknown): { readonly detail: string; readonly hint: string } {
  const name = error instanceof Error ? error.name : '';
  if (name === 'InvalidStateError') {
    return {
      detail: 'this device already holds a passkey of this account',
      hint: 'Sign in with that one, or use another device.',
    };
  }
  if (name === 'NotAllowedError') {
    return {
      detail: 'the passkey prompt was closed or took too long',
      hint: 'Try again, and answer the prompt of your device.',
    };
  }
  if (name === 'SecurityError') {
    return {
      detail: 'the browser allows passkeys on a secure address only',
      hint: 'Open the console over https, or as http://localhost on the machine itself.',
    };
  }
  return {
    detail: error instanceof Error ? error.message : 'the device did not answer',
    hint: 'Try again, or use another way to sign in.',
  };
}
