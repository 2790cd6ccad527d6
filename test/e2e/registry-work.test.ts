import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, browserPath, launchBrowser, overflow, type Visitor, visitor } from './browser.ts';
import { asSignedIn, modelCode, ownerAndOfficer, safetensors, uploadModel, waitForState } from './registry-steps.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import { choose, heading, invite, PASSWORD } from './steps.ts';

const STORY_MS = 240_000;
const PROJECT = 'Language';
/** A window of 1280 pixels at a zoom of 200 %. */
const ZOOMED = { width: 640, height: 430 };

describe.skipIf(browserPath === undefined)('what people do with models in the console', () => {
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;
  let sam: Visitor;
  let waitingId: string;

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveConsole(), launchBrowser()]);
    ({ ada, sam } = await ownerAndOfficer(browser, server, PROJECT));
    await uploadModel(ada.page, { model: 'team/coded', project: PROJECT, files: [safetensors()] });
    await waitForState(ada.page, 'Released');
  }, STORY_MS);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const fits = async (page: Page, name: string): Promise<void> => {
    const before = page.viewportSize();
    expect(await accessibilityFaults(page), name).toEqual([]);
    await page.setViewportSize(ZOOMED);
    expect(await overflow(page), `${name} is wider than the window at 200 %`).toBe(0);
    if (before !== null) await page.setViewportSize(before);
  };

  it('uploads a folder that was dropped, with a pause, and goes on after the page was loaded anew', {
    timeout: STORY_MS,
  }, async () => {
    const { page } = ada;
    const folder = makeFolder();
    const parts = await holdParts(page);
    try {
      await page.goto('/upload');
      await drop(page, folder);
      const chosen = page.getByRole('list', { name: 'Chosen files' }).getByRole('listitem');
      await chosen.nth(1).waitFor();
      // Without the name of the folder, and without what the file manager left.
      expect(await chosen.getByRole('code').allTextContents()).toEqual(['config/notes.txt', 'model.safetensors']);
      await page.getByLabel('Name', { exact: true }).fill('team/dropped');
      await choose(page, 'Project', PROJECT);
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('heading', { name: 'Paused' }).waitFor();
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('heading', { name: 'Sending' }).waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await fits(page, 'a paused upload');
      await page.reload();
      await page.getByRole('heading', { name: 'team/dropped, version 1' }).waitFor();
      await page.getByLabel('Files', { exact: true }).setInputFiles([join(folder, 'config', 'notes.txt')]);
      await page.getByText('2 files were not among them, or of another length').waitFor();
      parts.letGo();
      await page.getByLabel('Folder', { exact: true }).setInputFiles(folder);
      await page.getByRole('link', { name: 'To its page' }).click({ timeout: 20_000 });
      await waitForState(page, 'Released');
    } finally {
      await parts.end();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('does the same to several models at once, and sets a stage', { timeout: STORY_MS }, async () => {
    const { page } = ada;
    await page.goto('/models');
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await page.getByRole('checkbox', { name: 'Choose team/coded' }).check();
    const bar = page.getByRole('group', { name: 'With the chosen models' });
    await bar.getByText('1 model chosen').waitFor();
    await bar.getByRole('button', { name: 'Choose all that are listed' }).click();
    await bar.getByText('2 models chosen').waitFor();
    await fits(page, 'models that are chosen');
    await bar.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Tag' }).fill('nightly');
    await page.getByRole('button', { name: 'Add the tag' }).click();
    for (const name of ['team/coded', 'team/dropped']) await row(name).getByText('nightly', { exact: true }).waitFor();
    await bar.waitFor({ state: 'hidden' });

    await row('team/coded').getByRole('link', { name: 'Version 1' }).first().click();
    await page.getByRole('button', { name: 'Change the version' }).click();
    await page.getByRole('menuitem', { name: 'Set the stage' }).click();
    await choose(page, 'Stage', 'production');
    await page.getByRole('button', { name: 'Set the stage' }).click();
    await page.getByRole('heading', { level: 2 }).getByText('production', { exact: true }).waitFor();
    await page.goto('/models');
    await row('team/coded').getByText('production', { exact: true }).waitFor();
  });

  it('compares two versions, and approves one under a waiver that ends', { timeout: STORY_MS }, async () => {
    const model = await asSignedIn<{ id: string }>(ada.page, 'GET', '/api/registry/model?name=team/coded');
    waitingId = await uploadVersion(ada.page, model.id);
    await waitForState(ada.page, 'For review');
    await ada.page.getByText('It brings Python code of its own', { exact: false }).waitFor();
    await ada.page.goto('/approvals');
    await ada.page.getByText('yours: somebody else decides', { exact: false }).waitFor();

    const { page } = sam;
    await page.goto(`/approvals/${waitingId}`);
    await page.getByText('Against version 1: 1 file differs, 1 file is the same.').waitFor();
    const differing = page.getByRole('table', { name: 'Files that differ' }).getByRole('row');
    await differing.filter({ hasText: modelCode.name }).getByText('Added').waitFor();
    await page.getByRole('textbox', { name: 'Reason' }).fill('read the code: it adds nothing');
    await page.getByRole('checkbox', { name: 'Waive rules for this version until a day' }).check();
    // Apart, since looking for faults leaves the passkey device of a page without an answer.
    const beside = await sam.context.newPage();
    await beside.goto(`/approvals/${waitingId}`);
    await beside.getByRole('checkbox', { name: 'Waive rules for this version until a day' }).check();
    await fits(beside, 'a decision under a waiver');
    await beside.close();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('button', { name: 'Use my passkey' }).click();
    await page.getByText('There is nothing to decide').waitFor();
    await page.goto('/waivers');
    const waiver = page.getByRole('row').filter({ hasText: 'team/coded' });
    await waiver.getByText('read the code: it adds nothing').waitFor();
    await fits(page, 'waivers');
    await waiver.getByRole('button', { name: /^End it/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
    await page.getByText('No waiver is in force').waitFor();
  });

  it('tries a policy over everything that is here', { timeout: STORY_MS }, async () => {
    const { page } = ada;
    await page.goto('/admission/edit');
    const field = page.getByRole('textbox', { name: 'Admission policy' });
    const text = await field.inputValue();
    await field.fill(text.replace('verdictAtLeast: inconclusive', 'verdictAtLeast: clean'));
    await page.getByText('Well made', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Dry run' }).click();
    const changes = page.getByRole('table', { name: 'What would change' });
    await changes.getByRole('row').filter({ hasText: 'team/dropped' }).getByText('For review').waitFor();
    await fits(page, 'a dry run with changes');
    await page.getByRole('tab', { name: 'Write' }).click();
    await field.waitFor();
    expect(await field.inputValue()).toContain('verdictAtLeast: clean');
  });

  it('offers whoever may change one model only what he may', { timeout: STORY_MS }, async () => {
    const link = await invite(ada.page, { name: 'Mia Model', email: 'mia@example.org', role: 'member' });
    const mia = await visitor(browser, server);
    const { page } = mia;
    page.setDefaultTimeout(15_000);
    await page.goto(link);
    await page.getByLabel('Your name').fill('Mia Model');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: /^(Continue|Open)/ }).click();
    await heading(page, /Mia Model/);
    const { principal } = await asSignedIn<{ principal: { id: string } }>(page, 'GET', '/api/me');
    const { items } = await asSignedIn<{ items: { id: string; name: string; project: { id: string } }[] }>(
      ada.page,
      'GET',
      '/api/registry/models',
    );
    const own = items.find(({ name }) => name === 'team/coded');
    const give = (role: string, scope: object) =>
      asSignedIn(ada.page, 'POST', '/api/grants', {
        principal: { kind: 'person', id: principal.id },
        role,
        scope,
        reason: 'works on it',
      });
    await give('member', { kind: 'project', id: own?.project.id });
    await give('engineer', { kind: 'model', id: own?.id });

    await page.goto('/models');
    await page.getByRole('checkbox', { name: 'Choose team/coded' }).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(1);
    await page.getByRole('link', { name: 'team/dropped' }).click();
    await heading(page, 'team/dropped');
    expect(await page.getByRole('button', { name: 'Change' }).count()).toBe(0);
    await page.goto(`/models/${own?.id}`);
    await page.getByRole('button', { name: 'Change' }).waitFor();
    await page.goto(`/versions/${waitingId}`);
    await page.getByRole('tab', { name: 'Decisions' }).waitFor();
    expect(await page.getByRole('tab', { name: 'Downloads' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Decide' }).count()).toBe(0);
    expect([...mia.complaints, ...ada.complaints, ...sam.complaints]).toEqual([]);
    await mia.context.close();
  });

  it('uploads with the keyboard alone', { timeout: STORY_MS }, async () => {
    const { page } = ada;
    const chosen = page.waitForEvent('filechooser');
    await page.goto('/upload');
    await heading(page, 'Upload');
    await tabTo(page, 'Choose files');
    await page.keyboard.press('Enter');
    const chooser = await chosen;
    const { name, content } = safetensors('keys.safetensors');
    await chooser.setFiles([{ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) }]);
    await page.getByRole('list', { name: 'Chosen files' }).getByText(name).waitFor();
    await tabTo(page, 'Name');
    await page.keyboard.type('team/keys');
    await tabTo(page, 'Project');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Upload');
    await page.keyboard.press('Enter');
    await waitForState(page, 'Released');
    await tabTo(page, 'To its page');
    await page.keyboard.press('Enter');
    await heading(page, 'team/keys, version 1');
  });
});

const MAX_TABS = 60;

/** Walks on until something of that name has the focus, as somebody without a mouse would. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < MAX_TABS; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(
      `(() => {
        const one = document.activeElement;
        return (one.labels?.[0]?.textContent ?? one.getAttribute('aria-label') ?? one.textContent ?? '').trim();
      })()`,
    );
    const isMain = await page.evaluate('document.activeElement.closest("main") !== null');
    if (focused === name && isMain === true) return;
  }
  throw new Error(`${name} is not reached with ${MAX_TABS} presses of Tab`);
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-dropped-'));
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config', 'notes.txt'), 'three layers\n');
  writeFileSync(join(folder, 'model.safetensors'), safetensors('dropped').content);
  writeFileSync(join(folder, '.DS_Store'), 'x');
  return folder;
}

/** Drags a folder of this machine over the page, as a file manager does, and lets it fall. */
async function drop(page: Page, folder: string): Promise<void> {
  const box = await page.getByRole('heading', { name: 'The files of the version' }).boundingBox();
  if (box === null) throw new Error('there is nowhere to drop it');
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: box.x + 5, y: box.y + 5, data });
  }
  await session.detach();
}

/** Keeps parts of uploads from the server until they are let go. */
async function holdParts(page: Page): Promise<{ readonly letGo: () => void; readonly end: () => Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const isPart = ({ pathname }: URL): boolean => pathname.endsWith('/parts');
  await page.route(isPart, async (route) => {
    await promise;
    // One that was stopped meanwhile goes nowhere.
    await route.continue().catch(() => undefined);
  });
  return { letGo: resolve, end: async () => (resolve(), page.unroute(isPart)) };
}

/** A second version, with code. */
async function uploadVersion(page: Page, modelId: string): Promise<string> {
  await page.goto(`/upload?model=${modelId}`);
  await heading(page, 'Upload');
  const files = [safetensors(), modelCode].map(({ name, content }) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(content),
  }));
  await page.getByLabel('Files', { exact: true }).setInputFiles(files);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByRole('link', { name: 'To its page' }).click({ timeout: 20_000 });
  await heading(page, /version 2/);
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}
