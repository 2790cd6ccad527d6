import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_ID, CLIENT_SECRET, LocalProvider } from '../build/local-provider.ts';
import { browserPath, launchBrowser, type Visitor, visitor } from './browser.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import { acceptLink, enrolPasskey, heading, invite, PASSWORD, signOut } from './steps.ts';

const isSkipped = browserPath === undefined;

async function tryPassword(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  const answer = page.waitForResponse((one) => one.request().method() === 'POST' && one.url().includes('/sign-in'));
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await answer;
}

describe.skipIf(isSkipped)('ways in that lead over another site, or to nobody', () => {
  let provider: LocalProvider;
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;

  beforeAll(async () => {
    provider = await LocalProvider.start();
    [server, browser] = await Promise.all([
      serveConsole({ config: withProvider(provider.issuer), env: { SECRET_OF_LOCAL: CLIENT_SECRET } }),
      launchBrowser(),
    ]);
    provider.leadTo(server.origin);
    ada = await newcomer();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await provider?.stop();
  });

  async function newcomer(): Promise<Visitor> {
    const one = await visitor(browser, server);
    one.page.setDefaultTimeout(10_000);
    return one;
  }

  /** Each comes with a browser of his own, which the provider does not know yet. */
  async function comeFromProvider(email: string, subject: string): Promise<Visitor> {
    provider.subject = subject;
    provider.claims = { email, email_verified: true };
    const one = await newcomer();
    await one.page.goto('/sign-in');
    await one.page.getByRole('button', { name: 'Continue with the company' }).click();
    return one;
  }

  it('leads on to the second factor when the page is loaded anew in the middle of it', async () => {
    const { page } = ada;
    await acceptLink(page, server.setUpLink, { name: 'Ada Lovelace', email: 'ada@example.org' });
    await page.reload();
    await heading(page, 'Your second factor');
    await page.getByRole('button', { name: 'An authenticator app' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await page.reload();
    await heading(page, 'Your second factor');
    // Nothing else is open until then, and none of it is lost.
    await page.goto('/people');
    await heading(page, 'Your second factor');
    expect(await enrolPasskey(page, 'laptop')).toHaveLength(10);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People' }).waitFor();
  });

  it('signs in an invited person whom the provider vouches for', async () => {
    await invite(ada.page, { name: 'Grace Hopper', email: 'grace@example.org', role: 'engineer' });
    const { page, context, complaints } = await comeFromProvider('grace@example.org', 'grace');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(new URL(page.url()).origin).toBe(server.origin);
    expect(page.url()).not.toMatch(/code|state/);
    await signOut(page, 'Grace Hopper');
    await page.getByRole('button', { name: 'Continue with the company' }).click();
    await page.getByRole('button', { name: /Grace Hopper/ }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('asks such a person for the second factor that his role demands', async () => {
    await invite(ada.page, { name: 'Joan Clarke', email: 'joan@example.org', role: 'auditor' });
    const { page, context } = await comeFromProvider('joan@example.org', 'joan');
    await heading(page, 'Your second factor');
    await enrolPasskey(page, 'phone');
    await page.getByRole('button', { name: /Joan Clarke/ }).waitFor();
    await context.close();
  });

  it.each([
    ['somebody unknown', 'eve@example.org', 'Nobody is known here with the e-mail address of that account'],
    ['an account with a password', 'ada@example.org', 'You have an account here that has another way in'],
  ])('tells %s why not, in a sentence', async (_who, email, sentence) => {
    const { page, context } = await comeFromProvider(email, email);
    await page.getByRole('alert').getByText(sentence).waitFor();
    await heading(page, 'Sign in');
    await page.goto('/people');
    await heading(page, 'Sign in');
    await context.close();
  });

  it('links the outside account of somebody who is signed in, unless it belongs to another', async () => {
    const { page } = ada;
    provider.claims = { email: 'ada@example.org', email_verified: true };
    for (const [subject, end] of [
      ['grace', 'That account is linked to somebody else here'],
      ['ada', null],
    ] as const) {
      provider.subject = subject;
      await page.context().clearCookies({ domain: '127.0.0.1' });
      await page.goto('/account');
      const ended = page.waitForResponse((one) => one.url().includes('/callback') && one.status() === 303);
      await page.getByRole('button', { name: 'Link the company' }).click();
      await ended;
      if (end !== null) await page.getByRole('alert').getByText(end).waitFor();
      await heading(page, 'My account');
    }
    const { page: elsewhere, context } = await comeFromProvider('ada@example.org', 'ada');
    await heading(elsewhere, 'One more proof');
    await context.close();
  });

  it('says how long to wait after passwords that were wrong again and again', async () => {
    const { page, context } = await newcomer();
    await page.goto('/sign-in');
    for (let attempt = 0; attempt < 4; attempt++) {
      await tryPassword(page, 'ada@example.org', `not the right one ${attempt}`);
      await page.getByRole('alert').getByText('Signing in was refused').waitFor();
    }
    // The right one opens nothing either, until then.
    await tryPassword(page, 'ada@example.org', PASSWORD);
    await page
      .getByRole('alert')
      .getByText(/Too many attempts: try again in \d+ seconds/)
      .waitFor();
    // A passkey cannot be guessed, and is no worse for it.
    await signOut(ada.page, 'Ada Lovelace', '/account');
    await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await ada.page.getByRole('button', { name: /Ada Lovelace/ }).waitFor();
    await context.close();
  });
});

function withProvider(issuer: string): object {
  return {
    oidc: [{ id: 'local', name: 'the company', issuer, clientId: CLIENT_ID, clientSecret: { env: 'SECRET_OF_LOCAL' } }],
    fetch: { allowNetworks: ['127.0.0.0/8'], allowHttp: true },
  };
}

describe.skipIf(isSkipped)('a console where passwords open nothing', () => {
  let server: ServedConsole;
  let browser: Browser;

  beforeAll(async () => {
    const config = { access: { passwords: { isAllowed: false } } };
    [server, browser] = await Promise.all([serveConsole({ config }), launchBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function becomeByPasskey(page: Page, link: string, who: { name: string; email?: string }): Promise<void> {
    await page.goto(link);
    await page.getByLabel('Your name').fill(who.name);
    if (who.email !== undefined) await page.getByLabel('E-mail address').fill(who.email);
    const button = page.getByRole('button', { name: 'Make my passkey' });
    await button.waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
    // A step that does not come must not be promised.
    expect(await page.getByText(/second factor|of 2/).count()).toBe(0);
    await button.click();
    await page.getByRole('button', { name: new RegExp(who.name) }).waitFor();
  }

  it('takes the first administrator and everybody else with a passkey only', async () => {
    const [ada, grace] = await Promise.all([visitor(browser, server), visitor(browser, server)]);
    for (const { page } of [ada, grace]) page.setDefaultTimeout(10_000);
    await becomeByPasskey(ada.page, server.setUpLink, { name: 'Ada Lovelace', email: 'ada@example.org' });
    const link = await invite(ada.page, { name: 'Grace', email: 'grace@example.org', role: 'security' });
    await becomeByPasskey(grace.page, link, { name: 'Grace Hopper' });
    await signOut(grace.page, 'Grace Hopper');
    expect(await grace.page.getByLabel('Password').count()).toBe(0);
    await grace.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await grace.page.getByRole('button', { name: /Grace Hopper/ }).waitFor();
    expect([...ada.complaints, ...grace.complaints]).toEqual([]);
  });
});
