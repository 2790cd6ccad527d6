import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser, type Visitor, visitor } from './browser.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import {
  acceptLink,
  AuthenticatorApp,
  choose,
  enrolPasskey,
  heading,
  invite,
  PASSWORD,
  signOut,
  storeSecret,
} from './steps.ts';

/** One story on one server: each step stands on those before it. */
describe.skipIf(browserPath === undefined)('the console, from the set-up link on', () => {
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;
  let grace: Visitor;
  let adaCodes: readonly string[] = [];
  let app: AuthenticatorApp;
  let graceLink = '';

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveConsole(), launchBrowser()]);
    ada = await visitor(browser, server);
    grace = await visitor(browser, server);
    for (const { page } of [ada, grace]) page.setDefaultTimeout(10_000);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('says what to do when there is no administrator yet', async () => {
    await ada.page.goto('/');
    await heading(ada.page, 'This server has no administrator yet');
  });

  it('makes the first administrator, who must have a second factor', async () => {
    await acceptLink(ada.page, server.setUpLink, { name: 'Ada Lovelace', email: 'ada@example.org' });
    adaCodes = await enrolPasskey(ada.page, 'work laptop');
    expect(adaCodes).toHaveLength(10);
    await ada.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People' }).waitFor();
  });

  it('refuses the link a second time', async () => {
    const stranger = await visitor(browser, server);
    await stranger.page.goto(server.setUpLink);
    await stranger.page.getByLabel('Your name').fill('Eve');
    await stranger.page.getByLabel('E-mail address').fill('eve@example.org');
    await stranger.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await stranger.page.getByRole('button', { name: 'Continue to the second factor' }).click();
    await stranger.page.getByRole('alert').waitFor();
    await stranger.context.close();
  });

  it('adds an authenticator app, with its secret as picture and text', async () => {
    const { page } = ada;
    await page.goto('/account');
    await page.getByRole('button', { name: 'Set up', exact: true }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    const secret = await page.getByRole('dialog').locator('code').first().textContent();
    app = new AuthenticatorApp(secret ?? '');
    await page.getByLabel('The code that the app shows now').fill(app.code());
    await page.getByRole('button', { name: 'Confirm' }).click();
    // They come with each new factor, and end those before.
    adaCodes = await storeSecret(page, 'recovery codes');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Remove…' }).waitFor();
  });

  it('signs in with a passkey alone', async () => {
    await signOut(ada.page, 'Ada Lovelace');
    await ada.page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await ada.page.getByRole('button', { name: /Ada Lovelace/ }).waitFor();
  });

  it('signs in with password and code, back to where one wanted to be', async () => {
    const { page } = ada;
    await signOut(page, 'Ada Lovelace');
    await page.goto('/checkpoints');
    await heading(page, 'Sign in');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Code of your authenticator app').fill(app.code());
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await heading(page, 'Checkpoints');
  });

  it('signs in with a recovery code, once', async () => {
    const { page } = ada;
    for (const works of [true, false]) {
      await signOut(page, 'Ada Lovelace').catch(() => undefined);
      await page.goto('/sign-in');
      await page.getByLabel('E-mail address').fill('ada@example.org');
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Continue', exact: true }).click();
      await page.getByRole('button', { name: /use a recovery code/ }).click();
      await page.getByLabel('Recovery code').fill(adaCodes[0] ?? '');
      await page.getByRole('button', { name: 'Sign in' }).click();
      if (works) await page.getByRole('button', { name: /Ada Lovelace/ }).waitFor();
      else await page.getByRole('alert').waitFor();
    }
    // The password was right: who comes back goes on there, or starts again.
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: /Ada Lovelace/ }).waitFor();
  });

  it('says plainly that a password is wrong', async () => {
    const { page } = grace;
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByLabel('Password', { exact: true }).fill('not the right one');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).not.toContain('not the right one');
  });

  it('invites a person with a link that is shown once', async () => {
    const { page } = ada;
    await page.goto('/people');
    await page.getByRole('button', { name: 'Invite a person' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Grace Hopper');
    await page.getByRole('dialog').getByLabel('E-mail address').fill('grace@example.org');
    await choose(page, 'Role on this server', 'security');
    await page.getByRole('button', { name: 'Make the invitation' }).click();
    [graceLink = ''] = await storeSecret(page, 'link');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'Grace Hopper' }).waitFor();
  });

  it('lets the invited person in', async () => {
    await acceptLink(grace.page, graceLink, { name: 'Grace Hopper' });
    await enrolPasskey(grace.page, 'security key');
    await grace.page.getByRole('button', { name: /Grace Hopper/ }).waitFor();
  });

  it('issues a key and shows its secret once', async () => {
    const { page } = ada;
    await page.goto('/services');
    await page.getByRole('button', { name: 'Make a service' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('ci-release');
    await page.getByRole('button', { name: 'Make the service' }).click();
    await heading(page, 'ci-release');
    await page.getByRole('button', { name: 'Issue a key' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('production');
    await choose(page, 'What the key may be used for', /models\.read/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Issue the key' }).click();
    const [secret = ''] = await storeSecret(page, 'key');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('production', { exact: true }).waitFor();
    expect(secret.length).toBeGreaterThan(30);
    expect(await page.content()).not.toContain(secret);
  });

  it('gives a grant with a condition and takes it away again', async () => {
    const { page } = ada;
    await page.getByRole('button', { name: 'Give a grant' }).first().click();
    await page.getByText('Conditions').click();
    await page.getByLabel('Only from these networks').fill('10.0.0.0/8');
    await page.getByLabel('Reason').fill('the release pipeline reads models');
    await page.getByRole('button', { name: 'Give the grant' }).click();
    await page.getByRole('cell', { name: 'from 10.0.0.0/8' }).waitFor();
    await page.getByRole('button', { name: /Take service away/ }).click();
    await page.getByRole('button', { name: 'Take away' }).click();
    await page.getByText('Revoked', { exact: true }).waitFor();
  });

  it('proposes policies with faults shown where they are, and another puts them into force with a passkey', async () => {
    const { page } = ada;
    await page.goto('/policies/edit');
    const editor = page.getByRole('textbox', { name: 'Policies' });
    const before = await editor.inputValue();
    await editor.fill(`${before}\npermit (principal, action, resource) whn { true };\n`);
    await page.getByText('Not valid yet').waitFor();
    await page.getByRole('list', { name: 'What is wrong' }).getByRole('button').first().waitFor();
    await editor.fill(`${before}\n// Read again in the summer of 2026.\n`);
    await page.getByText('Valid against the schema').waitFor();
    await page.getByLabel('Why').fill('a remark for the next reader');
    await page.getByRole('button', { name: 'Propose this change' }).click();
    await heading(page, 'Version 2');
    await page.getByText('Read again in the summer of 2026.').waitFor();
    // Dual control: not the one who proposed.
    expect(await page.getByRole('button', { name: 'Put into force' }).count()).toBe(0);

    await grace.page.goto('/policies/2');
    await grace.page.getByRole('button', { name: 'Put into force' }).click();
    await grace.page.getByRole('dialog').getByRole('button', { name: 'Put into force' }).click();
    // She has used no passkey in this session yet: the server asks for one, and the same request is sent again.
    await grace.page.getByRole('dialog', { name: 'Is it still you?' }).waitFor();
    await grace.page.getByRole('button', { name: 'Use my passkey' }).click();
    await grace.page.getByText('In force').first().waitFor();
  });

  it('rotates a key and lets nobody lose the new secret with a slip of the finger', async () => {
    const { page } = ada;
    await page.goto('/services');
    await page.getByRole('link', { name: 'ci-release' }).click();
    await page.getByRole('button', { name: 'Change the key production' }).click();
    await page.getByRole('menuitem', { name: 'Rotate…' }).click();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByRole('dialog', { name: 'The successor is issued' }).waitFor();
    await page.keyboard.press('Escape');
    const [secret = ''] = await storeSecret(page, 'key');
    expect(secret.length).toBeGreaterThan(30);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('table', { name: 'Keys of ci-release' }).getByText('Rotating').waitFor();
  });

  it('makes an export, follows it and downloads it', async () => {
    const { page } = ada;
    await page.goto('/checkpoints');
    await page.getByRole('button', { name: 'Export the ledger' }).click();
    const asked = page.waitForResponse((response) => response.url().endsWith('/api/ledger/exports'));
    await page.getByRole('button', { name: 'Make the export' }).click();
    const { id } = (await (await asked).json()) as { readonly id: string };
    const file = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    expect((await file).suggestedFilename()).toMatch(/^ledger-\d+\.jsonl$/);
    await page.getByRole('button', { name: 'Close' }).last().click();
    // Not for whoever did not ask for it, though she may make exports too.
    const status = (visitor: Visitor): Promise<number> =>
      visitor.page.evaluate(`fetch('/api/ledger/exports/${id}').then((response) => response.status)`);
    expect([await status(ada), await status(grace)]).toEqual([200, 404]);
  });

  it('reveals personal data, and shows it at no other entry', async () => {
    const { page } = grace;
    await page.goto('/ledger?activity=people.invite');
    await page.getByRole('link', { name: 'People: invite' }).first().click();
    await page.getByRole('button', { name: 'Reveal…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('grace@example.org').first().waitFor();
    expect(await page.getByText('fits the commitment', { exact: true }).count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'After' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('grace@example.org').first().waitFor({ state: 'detached' });
  });

  it('erases a person for good', async () => {
    const { page } = ada;
    await invite(page, { name: 'Eve Erased', email: 'eve@example.org', role: 'auditor' });
    await page.getByRole('link', { name: 'Eve Erased' }).click();
    await page.getByRole('button', { name: 'Change the account' }).click();
    await page.getByRole('menuitem', { name: 'Erase personal data' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('she asked for it');
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto('/people');
    await heading(page, 'People');
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    expect(await page.getByText('Eve Erased').count()).toBe(0);
  });

  it('answers why not', async () => {
    const { page } = ada;
    await page.goto('/policies/try');
    await choose(page, 'Who', 'ci-release');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText('It would be denied').waitFor();
  });

  it('runs an access review from start to report', async () => {
    const { page } = ada;
    await page.goto('/reviews');
    await page.getByRole('button', { name: 'Start a review' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Summer 2026');
    await choose(page, 'Reviewers', 'Ada Lovelace');
    await page.getByRole('option', { name: 'Grace Hopper' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start the review' }).click();
    await heading(page, 'Summer 2026');
    await page.getByLabel('Choose security of Grace Hopper').check();
    expect(await page.getByLabel(/Choose .* of Ada Lovelace/).count()).toBe(0);
    await page.getByRole('button', { name: 'Certify' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Certify' }).click();
    await page
      .getByText(/1 of \d/)
      .first()
      .waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    expect((await file).suggestedFilename()).toMatch(/\.csv$/);
  });

  it('complained about nothing on the way, the policy of the page included', () => {
    expect(ada.complaints).toEqual([]);
    expect(grace.complaints).toEqual([]);
  });
});
