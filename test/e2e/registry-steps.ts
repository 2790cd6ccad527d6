import type { Browser, Page } from 'playwright-core';
import { type Visitor, visitor } from './browser.ts';
import type { ServedConsole } from './serve.ts';
import { acceptLink, choose, enrolPasskey, firstAdministrator, heading, invite } from './steps.ts';

export interface UploadedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Loads nothing but os.system, which is what a scanner must see; the command says hello. */
export const hostilePickle: UploadedFile = { name: 'weights.pkl', content: 'cos\nsystem\n(S"echo hello"\ntR.' };

/** Two by two zeros. */
export function safetensors(name = 'model.safetensors'): UploadedFile {
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    'a.weight': { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
  });
  const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8, ' '));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return { name, content: Buffer.concat([length, padded, Buffer.alloc(16)]) };
}

/** What a model brings along that its loader would run: somebody has to look. */
export const modelCode: UploadedFile = {
  name: 'modeling_small.py',
  content: 'import torch\n\n\nclass Small(torch.nn.Module):\n    def forward(self, x):\n        return x\n',
};

/** Calls the server as the one who is signed in on the page. */
export async function asSignedIn<Answer>(page: Page, method: string, path: string, body?: object): Promise<Answer> {
  const answer = (await page.evaluate(
    `(async () => {
      const { csrfToken } = await (await fetch('/api/me')).json();
      const response = await fetch(${JSON.stringify(path)}, {
        method: ${JSON.stringify(method)},
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
        ${body === undefined ? '' : `body: ${JSON.stringify(JSON.stringify(body))},`}
      });
      return { ok: response.ok, text: await response.text() };
    })()`,
  )) as { readonly ok: boolean; readonly text: string };
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.text}`);
  return (answer.text === '' ? undefined : JSON.parse(answer.text)) as Answer;
}

export async function makeProject(page: Page, name: string): Promise<string> {
  return (await asSignedIn<{ id: string }>(page, 'POST', '/api/projects', { name })).id;
}

/** Ada, who owns a project, and Sam, a security officer with a passkey, each in a window of their own. */
export async function ownerAndOfficer(
  browser: Browser,
  server: ServedConsole,
  project: string,
): Promise<{ readonly ada: Visitor; readonly sam: Visitor }> {
  const ada = await firstAdministrator(browser, server);
  await makeProject(ada.page, project);
  const link = await invite(ada.page, { name: 'Sam Security', email: 'sam@example.org', role: 'security' });
  const sam = await visitor(browser, server);
  sam.page.setDefaultTimeout(15_000);
  await acceptLink(sam.page, link, { name: 'Sam Security' });
  await enrolPasskey(sam.page, 'phone');
  return { ada, sam };
}

interface Upload {
  readonly model: string;
  readonly project: string;
  readonly files: readonly UploadedFile[];
}

/** Uploads a new model as a person would, and waits until it is decided; returns the id of its version. */
export async function uploadModel(page: Page, { model, project, files }: Upload): Promise<string> {
  await page.goto('/upload');
  await heading(page, 'Upload');
  const chosen = files.map(({ name, content }) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(content),
  }));
  await page.getByLabel('Files', { exact: true }).setInputFiles(chosen);
  await page.getByLabel('Name', { exact: true }).fill(model);
  await choose(page, 'Project', project);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByRole('link', { name: 'To its page' }).click({ timeout: 20_000 });
  await heading(page, new RegExp(model));
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** Waits until the page of a version says so. */
export async function waitForState(page: Page, state: string): Promise<void> {
  await page.getByRole('heading', { level: 2 }).getByText(state, { exact: true }).waitFor({ timeout: 60_000 });
}
