import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, browserPath, launchBrowser, overflow, type Visitor, visitor } from './browser.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import { asSignedIn, hostilePickle, makeProject, safetensors, uploadModel, waitForState } from './registry-steps.ts';
import { firstAdministrator, heading } from './steps.ts';

const pages: readonly (readonly [path: string, title: string | RegExp])[] = [
  ['/', /./],
  ['/models', 'Models'],
  ['/models?make=true', 'Models'],
  ['/models/:model', 'mallory/tiny'],
  ['/versions/:version', 'mallory/tiny, version 1'],
  ['/versions/:version?part=files', 'mallory/tiny, version 1'],
  ['/versions/:version?part=contents', 'mallory/tiny, version 1'],
  ['/versions/:version?part=decisions', 'mallory/tiny, version 1'],
  ['/versions/:good', 'team/good, version 1'],
  ['/versions/:good?part=contents', 'team/good, version 1'],
  ['/versions/:good?part=origin', 'team/good, version 1'],
  ['/versions/:good?part=evidence', 'team/good, version 1'],
  ['/versions/:good?part=downloads', 'team/good, version 1'],
  ['/upload', 'Upload'],
  ['/approvals', 'Approvals'],
  ['/approvals/:version', 'mallory/tiny, version 1'],
  ['/recalls', 'Recalls'],
  ['/admission', 'Admission policy'],
  ['/admission/edit', 'Change the admission policy'],
  ['/waivers', 'Waivers'],
  ['/notices', 'Notices'],
  ['/people', 'People'],
  ['/services', 'Services and keys'],
  ['/grants', 'Grants'],
  ['/policies', 'Policies'],
  ['/policies/edit', 'Propose a change'],
  ['/policies/try', 'Ask the policies'],
  ['/policies/1', 'Version 1'],
  ['/reviews', 'Reviews'],
  ['/ledger', 'Entries'],
  ['/ledger/0', /./],
  ['/checkpoints', 'Checkpoints'],
  ['/account', 'My account'],
  ['/server', 'Server'],
  ['/nowhere/at/all', 'Nothing is kept here'],
];

const looks = [
  { width: 1280, theme: 'light' },
  { width: 1280, theme: 'dark' },
  { width: 390, theme: 'light' },
  { width: 390, theme: 'dark' },
] as const;

/** Examined whole four times, on a machine that has other work too. */
const ONE_PAGE_MS = 60_000;

/** Where the pictures go that somebody wants to look at; none are made otherwise. */
const pictures = process.env['VOUCHSAFE_TEST_PICTURES'];

describe.skipIf(browserPath === undefined)('every page of the console', () => {
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;
  /** What stands for the ids in the addresses. */
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveConsole(), launchBrowser()]);
    ada = await firstAdministrator(browser, server);
    const { page } = ada;
    await makeProject(page, 'Language');
    ids['version'] = await uploadModel(page, { model: 'mallory/tiny', project: 'Language', files: [hostilePickle] });
    await waitForState(page, 'Denied');
    const { modelId } = await asSignedIn<{ modelId: string }>(page, 'GET', `/api/registry/versions/${ids['version']}`);
    ids['model'] = modelId;
    ids['good'] = await uploadModel(page, { model: 'team/good', project: 'Language', files: [safetensors()] });
    await waitForState(page, 'Released');
  }, 4 * ONE_PAGE_MS);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const look = async (page: Page, name: string): Promise<void> => {
    expect(await overflow(page), `${name} is wider than the window`).toBe(0);
    expect(await accessibilityFaults(page), name).toEqual([]);
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  };

  it.each(pages)('%s is accessible and fits, in every look', { timeout: ONE_PAGE_MS }, async (place, title) => {
    const { page, complaints } = ada;
    const path = place.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? name);
    await page.goto(path);
    await heading(page, title);
    await page.locator('main [role=status][aria-label^=Loading]').first().waitFor({ state: 'hidden' });
    for (const { width, theme } of looks) {
      await page.setViewportSize({ width, height: 860 });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor();
      await look(page, `${place.replaceAll(/[/:?=]+/g, '-').slice(1) || 'overview'}-${theme}-${width}`);
    }
    expect(complaints).toEqual([]);
  });

  it.each(looks)('before the door too, $width pixels wide, $theme', async ({ width, theme }) => {
    const stranger = await visitor(browser, { origin: server.origin, width, theme });
    await stranger.page.goto('/people');
    await heading(stranger.page, 'Sign in');
    await look(stranger.page, `sign-in-${theme}-${width}`);
    expect(stranger.complaints).toEqual([]);
    await stranger.context.close();
  });

  it('gathers what needs attention', async () => {
    await ada.page.goto('/');
    await heading(ada.page, /needs? (attention|you)/);
    await ada.page.getByRole('heading', { name: 'The last days' }).waitFor();
  });

  it('is walked with the keyboard alone', async () => {
    const { page } = ada;
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.goto('/');
    await heading(page, /./);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('page');

    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await heading(page, 'People');
    await page.keyboard.press('/');
    await page.keyboard.type('ada');
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    await page.keyboard.press('Escape');

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find or do' }).waitFor();
    await page.keyboard.type('checkpo');
    await page.keyboard.press('Enter');
    await heading(page, 'Checkpoints');
    await page.getByRole('combobox', { name: 'Find or do' }).waitFor({ state: 'detached' });

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('changes by itself when somebody else does something', async () => {
    const { page } = ada;
    await page.goto('/people');
    await heading(page, 'People');
    const other = await ada.context.newPage();
    await other.goto('/account');
    await other.getByLabel('Your name').fill('Ada King');
    await other.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Ada King' }).waitFor();
    await other.getByLabel('Your name').fill('Ada Lovelace');
    await other.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    await other.close();
  });

  it('explains what failed and offers to try again', async () => {
    const { page } = ada;
    await page.route('**/api/people?*', (route) => route.abort());
    await page.route('**/api/people', (route) => route.abort());
    await page.goto('/people');
    await page.getByRole('heading', { name: 'The server does not answer' }).waitFor({ timeout: 20_000 });
    await page.unroute('**/api/people?*');
    await page.unroute('**/api/people');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  });

  it('leads to the door within seconds when the session is ended elsewhere', async () => {
    const { page } = ada;
    await page.goto('/people');
    await heading(page, 'People');
    const other = await ada.context.newPage();
    await other.goto('/account');
    await other.getByRole('button', { name: /Ada Lovelace/ }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    expect(new URL(page.url()).searchParams.get('next')).toBe('/people');
  });
});
