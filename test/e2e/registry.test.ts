import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser, type Visitor } from './browser.ts';
import { hostilePickle, modelCode, ownerAndOfficer, safetensors, uploadModel, waitForState } from './registry-steps.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import { choose, heading, storeSecret } from './steps.ts';

const STORY_MS = 240_000;
const PROJECT = 'Language';

describe.skipIf(browserPath === undefined)('models, from the upload to the recall', () => {
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;
  let sam: Visitor;

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveConsole(), launchBrowser()]);
    ({ ada, sam } = await ownerAndOfficer(browser, server, PROJECT));
  }, STORY_MS);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('refuses a hostile model and says why, side by side with what it would run', { timeout: STORY_MS }, async () => {
    const { page } = ada;
    await uploadModel(page, { model: 'mallory/tiny', project: PROJECT, files: [hostilePickle] });
    await waitForState(page, 'Denied');
    await page.getByRole('heading', { level: 2 }).getByText('Malicious', { exact: true }).waitFor();
    const card = page.getByRole('article').filter({ hasText: 'pickle-unlisted-call' });
    await card.getByText('calls os.system("echo hello") while loading', { exact: false }).first().waitFor();
    await card
      .getByRole('region', { name: /^Excerpt of the pickle/ })
      .getByText('os.system("echo hello")')
      .waitFor();
    await card.getByRole('heading', { name: 'Why it matters' }).waitFor();
    await card.getByRole('heading', { name: 'What to do' }).waitFor();
  });

  it('says before anything is sent which name not every system takes', { timeout: STORY_MS }, async () => {
    const { page } = ada;
    await page.goto('/upload');
    await page.getByLabel('Name', { exact: true }).fill('team/named');
    await choose(page, 'Project', PROJECT);
    const chooseFile = (name: string) =>
      page
        .getByLabel('Files', { exact: true })
        .setInputFiles([{ name, mimeType: 'application/octet-stream', buffer: Buffer.from('x') }]);
    const upload = page.getByRole('button', { name: 'Upload', exact: true });
    await chooseFile('nul.txt');
    await page.getByRole('alert').getByText('"nul.txt" has a name that Windows keeps for a device').waitFor();
    expect(await upload.isDisabled()).toBe(true);
    await chooseFile('null.txt');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await upload.isDisabled()).toBe(false);
  });

  it('releases a good one by itself, signed and described', { timeout: STORY_MS }, async () => {
    const { page } = ada;
    await uploadModel(page, { model: 'team/good', project: PROJECT, files: [safetensors()] });
    await waitForState(page, 'Released');
    await page.getByRole('tab', { name: 'Tensors and texts' }).click();
    await page.getByRole('table', { name: 'Tensors' }).getByText('model.safetensors').waitFor();
    await page.getByRole('tab', { name: 'Evidence' }).click();
    await page
      .getByRole('button', { name: 'Download Bill of materials, CycloneDX' })
      .or(page.getByRole('link', { name: 'Download Bill of materials, CycloneDX' }))
      .waitFor();
    await page.goto('/models');
    await page.getByRole('row').filter({ hasText: 'team/good' }).getByText('Clean').waitFor();
    await page.getByRole('row').filter({ hasText: 'mallory/tiny' }).getByText('Malicious').waitFor();
  });

  it('lets somebody else approve, a client download, and a recall end that', { timeout: STORY_MS }, async () => {
    const versionId = await uploadModel(ada.page, {
      model: 'team/with-code',
      project: PROJECT,
      files: [safetensors(), modelCode],
    });
    await waitForState(ada.page, 'For review');
    await ada.page.getByText('Somebody else decides: you uploaded it, or asked for it.').waitFor();

    await sam.page.goto('/approvals');
    await sam.page.getByRole('link', { name: 'team/with-code, version 1' }).click();
    await heading(sam.page, /with-code/);
    await sam.page.getByRole('textbox', { name: 'Reason' }).fill('read the code: it adds nothing');
    await sam.page.getByRole('button', { name: 'Approve', exact: true }).click();
    await sam.page.getByRole('dialog', { name: 'Is it still you?' }).waitFor();
    await sam.page.getByRole('button', { name: 'Use my passkey' }).click();
    await sam.page.getByText('There is nothing to decide').waitFor();
    // The page of the uploader hears of it by itself.
    await waitForState(ada.page, 'Released');

    const key = await keyOfService(ada);
    const file = `${server.origin}/api/registry/versions/${versionId}/file?path=model.safetensors`;
    const headers = { authorization: `Bearer ${key}` };
    const had = await fetch(file, { headers });
    expect(had.status).toBe(200);
    expect(Buffer.from(await had.arrayBuffer())).toEqual(safetensors().content);

    await sam.page.goto(`/versions/${versionId}`);
    await sam.page.getByRole('button', { name: 'Change the version' }).click();
    await sam.page.getByRole('menuitem', { name: 'Recall' }).click();
    await sam.page.getByRole('textbox', { name: 'Reason' }).fill('the code reaches out after all');
    await sam.page.getByRole('button', { name: 'Recall', exact: true }).click();
    await waitForState(sam.page, 'Recalled');
    const refused = await fetch(file, { headers });
    expect(refused.ok).toBe(false);
    expect(((await refused.json()) as { code: string }).code).toBe('recalled');

    await ada.page.goto('/notices');
    await ada.page
      .getByRole('row')
      .filter({ hasText: 'team/with-code' })
      .getByText('Recalled', { exact: true })
      .waitFor();
    await ada.page.goto('/recalls');
    await ada.page.getByRole('button', { name: 'Show who has team/with-code, version 1' }).click();
    await ada.page.getByRole('table', { name: 'Downloads' }).getByText('puller').waitFor();
    expect([...ada.complaints, ...sam.complaints]).toEqual([]);
  });
});

/** A program that may read every model: made, granted and given a key as a person would. */
async function keyOfService({ page }: Visitor): Promise<string> {
  await page.goto('/services?make=true');
  await page.getByLabel('Name', { exact: true }).fill('puller');
  await page.getByRole('button', { name: 'Make the service' }).click();
  await heading(page, 'puller');
  await page.getByRole('button', { name: 'Give a grant' }).first().click();
  await choose(page, 'Role', 'service');
  await page.getByLabel('Reason').fill('it pulls models');
  await page.getByRole('button', { name: 'Give the grant' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Issue a key' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('production');
  await choose(page, 'What the key may be used for', /models\.read/);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Issue the key' }).click();
  const [secret = ''] = await storeSecret(page, 'key');
  await page.getByRole('button', { name: 'Done' }).click();
  return secret.trim();
}
