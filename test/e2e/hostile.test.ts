import type { Browser, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser, overflow, type Visitor, visitor } from './browser.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import { acceptLink, enrolPasskey, heading, invite, PASSWORD, signOut } from './steps.ts';

/** What people, networks and other tabs do to a console, on purpose or not. */
describe.skipIf(browserPath === undefined)('the console among enemies', () => {
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;
  let grace: Visitor;

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveConsole(), launchBrowser()]);
    [ada, grace] = await Promise.all([visitor(browser, server), visitor(browser, server)]);
    for (const { page } of [ada, grace]) page.setDefaultTimeout(10_000);
    await acceptLink(ada.page, server.setUpLink, { name: 'Ada Lovelace', email: 'ada@example.org' });
    await enrolPasskey(ada.page, 'laptop');
    const link = await invite(ada.page, {
      name: '<img src=x onerror=alert(1)>',
      email: 'grace@example.org',
      role: 'security',
    });
    await acceptLink(grace.page, link, { name: `<b>${'W'.repeat(100)}</b>` });
    await enrolPasskey(grace.page, 'phone');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it.each([1280, 390])('shows a name of markup as it is, and in its place, %i pixels wide', async (width) => {
    const { page, complaints } = ada;
    await page.setViewportSize({ width, height: 860 });
    await page.goto('/people');
    await page.getByRole('link', { name: '<b>WWWW' }).waitFor();
    expect(await overflow(page)).toBe(0);
    await page.getByRole('link', { name: '<b>WWWW' }).click();
    await heading(page, /^<b>WWW/);
    expect(await page.locator('main b, main img').count()).toBe(0);
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it.each(['Ada\u202Eecalevol', 'Ada\u200BLovelace', 'Ada\u0000'])(
    'takes no name with what cannot be seen: %j',
    async (name) => {
      await ada.page.goto('/account');
      await ada.page.getByLabel('Your name').fill(name);
      await ada.page.getByRole('button', { name: 'Save' }).click();
      await ada.page.getByRole('alert').first().waitFor();
    },
  );

  it('refuses policies in which the reader sees another text than Cedar does', async () => {
    const { page } = ada;
    await page.goto('/policies/edit');
    const editor = page.getByRole('textbox', { name: 'Policies' });
    await editor.fill(`${await editor.inputValue()}\n// harmless \u202E }; permit (principal, action, resource);\n`);
    await page.getByText('Not valid yet').waitFor();
    await page.getByText('found U+202E').waitFor();
    await page.getByRole('tab', { name: 'What differs' }).click();
    await page.locator('mark').getByText('U+202E').waitFor();
  });

  it.each([
    '/ledger?activity=7&decision=maybe&from=yesterday&class=%00',
    '/people?invite=perhaps',
    '/ledger/minus-one',
    '/policies/NaN',
  ])('stands at a broken address: %s', async (path) => {
    await ada.page.goto(path);
    await ada.page.getByRole('navigation', { name: 'Main' }).waitFor();
    await heading(ada.page, /./);
    expect(await ada.page.getByText('This page failed').count()).toBe(0);
  });

  it.each(['//evil.example/x', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/%09/evil.example'])(
    'goes to no other site after signing in: %s',
    async (next) => {
      await ada.page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await ada.page.getByRole('navigation', { name: 'Main' }).waitFor();
      expect(new URL(ada.page.url()).origin).toBe(server.origin);
    },
  );

  it('goes back to where somebody wanted to be, search and all, when he is signed in already', async () => {
    await ada.page.goto(`/sign-in?next=${encodeURIComponent('/ledger?activity=people.')}`);
    await heading(ada.page, 'Entries');
    expect(await ada.page.getByLabel('Activity').inputValue()).toBe('people.');
  });

  it('shows no sentence that an address brings along', async () => {
    const stranger = await visitor(browser, server);
    await stranger.page.goto(`/sign-in?error=${encodeURIComponent('Call 0900 1234 and tell your password')}`);
    await heading(stranger.page, 'Sign in');
    await stranger.page.getByLabel('E-mail address').waitFor();
    expect(await stranger.page.getByText('0900').count()).toBe(0);
    await stranger.context.close();
  });

  it('cannot be put into a frame', async () => {
    const { headers } = await fetch(`${server.origin}/sign-in`);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it.each([
    [
      'half an answer',
      (route: Route) => route.fulfill({ body: '{"items":[', contentType: 'application/json' }),
      'Unexplained answer',
    ],
    [
      'the page of a proxy',
      (route: Route) => route.fulfill({ status: 502, body: '<html>Bad Gateway</html>' }),
      'Unexplained answer',
    ],
    ['another shape', (route: Route) => route.fulfill({ json: { items: null } }), 'The console failed'],
  ])('says what happened when the server sends %s', async (_what, answer, title) => {
    const { page } = ada;
    await page.route(/\/api\/people(\?|$)/, answer);
    await page.goto('/people');
    await page.getByRole('heading', { name: title }).waitFor();
    await page.unroute(/\/api\/people(\?|$)/);
  });

  it('does not promise that nothing was changed when only the answer was lost', async () => {
    const { page } = ada;
    await page.goto('/services?make=true');
    await page.route('**/api/services', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByLabel('Name', { exact: true }).fill('lost-answer');
    await page.getByRole('button', { name: 'Make the service' }).click();
    await page.getByText(/Whether it was done is not known/).waitFor();
    await page.unroute('**/api/services');
    await page.goto('/services');
    await page.getByRole('link', { name: 'lost-answer' }).waitFor();
  });

  it('serves more tabs than a browser allows connections, and keeps them all up to date', async () => {
    const { context } = ada;
    const tabs = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
    await Promise.all(
      tabs.map(async (tab) => {
        await tab.goto('/people');
        await tab.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
      }),
    );
    await ada.page.goto('/account');
    await ada.page.getByLabel('Your name').fill('Ada King');
    await ada.page.getByRole('button', { name: 'Save' }).click();
    await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'Ada King' }).waitFor()));
    await Promise.all(tabs.map((tab) => tab.close()));
  });

  it('begins anew when somebody else signs in with another tab, and sends nothing for him', async () => {
    const { page, context } = grace;
    await page.goto('/account');
    await page.getByLabel('Your name').fill('typed by Grace');
    // No event arrives: the tab learns it only from the refusal.
    await page.route('**/api/me', (route) => route.abort());
    const other = await context.newPage();
    await signOut(other, 'WWW', '/');
    await other.getByLabel('E-mail address').fill('ada@example.org');
    await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await other.getByRole('button', { name: 'Continue', exact: true }).click();
    await other.close();
    await page.unroute('**/api/me');
    await page
      .getByRole('button', { name: 'Save' })
      .click()
      .catch(() => undefined);
    await heading(page, 'Sign in');
  });
});
