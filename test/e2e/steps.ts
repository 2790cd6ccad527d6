import { expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { hotp, totpStep } from '../../src/access/people/totp/totp.ts';
import { type Visitor, visitor } from './browser.ts';
import type { ServedConsole } from './serve.ts';

export const PASSWORD = 'violet lamp under nine bridges';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(text: string): Uint8Array {
  const bits = Array.from(text.replaceAll(' ', ''), (letter) =>
    BASE32.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

/** An authenticator app: never gives the same code twice, since the server takes each only once. */
export class AuthenticatorApp {
  readonly #secret: Uint8Array;
  #usedStep = 0;

  constructor(secret: string) {
    this.#secret = fromBase32(secret);
  }

  /** The code of now, or of the next half minute when that was used; the server allows for clocks that run ahead. */
  code(): string {
    this.#usedStep = Math.max(totpStep(Date.now()), this.#usedStep + 1);
    return hotp(this.#secret, this.#usedStep);
  }
}

export async function heading(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Says that a secret was stored, and returns it. */
export async function storeSecret(page: Page, what: string): Promise<readonly string[]> {
  await page.getByLabel(`I stored the ${what} in a safe place`).check();
  return page.getByRole('list', { name: what }).getByRole('listitem').allTextContents();
}

/** Opens a one-time link and goes as far as the second factor. */
export async function acceptLink(
  page: Page,
  link: string,
  who: { readonly name: string; readonly email?: string },
): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(who.name);
  if (who.email !== undefined) await page.getByLabel('E-mail address').fill(who.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue to the second factor' }).click();
  await heading(page, 'Your second factor');
  // The token is gone from the address bar as soon as it was read.
  expect(page.url()).not.toContain('token');
}

export async function enrolPasskey(page: Page, name: string): Promise<readonly string[]> {
  await page.getByRole('button', { name: 'A passkey' }).click();
  await page.getByLabel('Name of the passkey').fill(name);
  await page.getByRole('button', { name: 'Make the passkey' }).click();
  await heading(page, 'Your recovery codes');
  const codes = await storeSecret(page, 'recovery codes');
  await page.getByRole('button', { name: 'Open the console' }).click();
  return codes;
}

export interface Invited {
  readonly name: string;
  readonly email: string;
  readonly role: string;
}

/** Invites somebody; returns the link. */
export async function invite(page: Page, { name, email, role }: Invited): Promise<string> {
  await page.goto('/people?invite=true');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('dialog').getByLabel('E-mail address').fill(email);
  await choose(page, 'Role on this server', role);
  await page.getByRole('button', { name: 'Make the invitation' }).click();
  const proof = page.getByRole('button', { name: 'Use my passkey' });
  await proof.or(page.getByRole('list', { name: 'link' })).waitFor();
  if (await proof.isVisible()) await proof.click();
  const [link = ''] = await storeSecret(page, 'link');
  await page.getByRole('button', { name: 'Done' }).click();
  return link;
}

export async function signOut(page: Page, name: string, from?: string): Promise<void> {
  if (from !== undefined) await page.goto(from);
  await page.getByRole('button', { name: new RegExp(name) }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(page, 'Sign in');
}

/** Chooses in a field that offers a list. */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}

/** Ada, who sets the server up, with a passkey, and with a browser that has checked the ledger. */
export async function firstAdministrator(browser: Browser, server: ServedConsole): Promise<Visitor> {
  const ada = await visitor(browser, server);
  ada.page.setDefaultTimeout(10_000);
  await acceptLink(ada.page, server.setUpLink, { name: 'Ada Lovelace', email: 'ada@example.org' });
  await enrolPasskey(ada.page, 'laptop');
  await ada.page.getByText('checked in this browser').waitFor();
  return ada;
}
