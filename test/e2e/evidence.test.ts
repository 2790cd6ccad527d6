import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser, type Visitor } from './browser.ts';
import { serveConsole, type ServedConsole } from './serve.ts';
import { firstAdministrator, heading } from './steps.ts';

interface EntryFields {
  readonly severity: string;
  readonly reasons: readonly string[];
}

interface EntryJson {
  readonly canonical: string;
}
interface StateJson {
  readonly latest: { readonly note: string };
}

/** A browser is the one place that a server cannot rewrite: what it recomputes, and what it remembers. */
describe.skipIf(browserPath === undefined)('"verify in my browser"', () => {
  let server: ServedConsole;
  let browser: Browser;
  let ada: Visitor;

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveConsole(), launchBrowser()]);
    ada = await firstAdministrator(browser, server);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const verify = async (page: Page): Promise<void> => {
    await page.goto('/ledger/0');
    await page.getByRole('button', { name: 'Verify in my browser' }).click();
  };

  /** Answers of the server, changed on their way as a lying server would. */
  const lying = async (url: string, change: (json: never) => unknown, check: () => Promise<void>): Promise<void> => {
    const answer = async (route: Route): Promise<void> => {
      const response = await route.fetch();
      await route.fulfill({ response, json: change((await response.json()) as never) });
    };
    await ada.page.route(url, answer);
    try {
      await check();
    } finally {
      await ada.page.unroute(url, answer);
    }
  };

  it('finds an honest entry under the seal, step by step', async () => {
    await verify(ada.page);
    await ada.page.getByRole('heading', { name: 'The entry is under the seal' }).waitFor();
    expect(await ada.page.getByText(': holds').count()).toBeGreaterThanOrEqual(5);
  });

  it('finds an entry whose bytes were changed', async () => {
    await lying(
      '**/api/ledger/entries/0',
      (entry: EntryJson) => ({ ...entry, canonical: entry.canonical.replace('"success"', '"failure"') }),
      async () => {
        await verify(ada.page);
        await ada.page.getByText('Hash of the entry: does not hold').waitFor();
        await ada.page.getByText('Place in the tree: does not hold').waitFor();
      },
    );
  });

  it('finds a page that shows other fields than were hashed', async () => {
    await lying(
      '**/api/ledger/entries/0',
      (entry: object) => ({ ...entry, activity: 'nothing.happened' }),
      async () => {
        await verify(ada.page);
        await ada.page.getByText('Fields as shown: does not hold').waitFor();
      },
    );
  });

  it('finds a checkpoint whose signature does not fit', async () => {
    const forged = (state: StateJson): unknown => ({
      ...state,
      latest: { ...state.latest, note: state.latest.note.replace(/\n\d+\n/, '\n999999\n') },
    });
    await lying('**/api/ledger', forged, async () => {
      await ada.page.goto('/checkpoints');
      await ada.page.getByRole('button', { name: 'Verify in my browser' }).click();
      await ada.page.getByText('Signatures of the checkpoint: does not hold').waitFor();
      await ada.page.getByText('check failed: look now').waitFor();
    });
  });

  it('finds a ledger that was rolled back behind what it saw', async () => {
    await ada.page.goto('/checkpoints');
    await heading(ada.page, 'Checkpoints');
    await ada.page.evaluate(`{
      const memory = JSON.parse(localStorage.getItem('vouchsafe.ledger'));
      localStorage.setItem('vouchsafe.ledger.kept', JSON.stringify(memory));
      localStorage.setItem('vouchsafe.ledger', JSON.stringify({ ...memory, size: memory.size + 1000 }));
    }`);
    await ada.page.getByRole('button', { name: 'Verify in my browser' }).click();
    await ada.page.getByText('Continues what this browser saw: does not hold').waitFor();
    await ada.page.getByText(/it was rolled back/).waitFor();
  });

  it('finds a history that was rewritten before what it saw', async () => {
    await ada.page.evaluate(`{
      const memory = JSON.parse(localStorage.getItem('vouchsafe.ledger.kept'));
      localStorage.setItem('vouchsafe.ledger', JSON.stringify({ ...memory, root: btoa('x'.repeat(32)) }));
    }`);
    await ada.page.goto('/checkpoints');
    await ada.page.getByRole('button', { name: 'Verify in my browser' }).click();
    await ada.page.getByText(/history was rewritten/).waitFor();
  });

  it('finds keys that were not there at first', async () => {
    await ada.page.evaluate(`localStorage.setItem('vouchsafe.ledger', localStorage.getItem('vouchsafe.ledger.kept'))`);
    await lying(
      '**/api/ledger',
      (state: { readonly keys: readonly string[] }) => ({
        ...state,
        keys: [...state.keys, 'evil.example+00000000+AAAA'],
      }),
      async () => {
        await ada.page.goto('/checkpoints');
        await ada.page.getByRole('button', { name: 'Verify in my browser' }).click();
        await ada.page.getByText('Keys of the ledger: does not hold').waitFor();
      },
    );
  });

  it.each([
    ['severity', (entry: EntryFields) => ({ ...entry, severity: 'low' })],
    ['reasons', (entry: EntryFields) => ({ ...entry, reasons: ['because somebody said so'] })],
  ])('finds a page that shows another %s than was hashed', async (field, change) => {
    await ada.page.evaluate(`localStorage.setItem('vouchsafe.ledger', localStorage.getItem('vouchsafe.ledger.kept'))`);
    await lying('**/api/ledger/entries/0', change, async () => {
      await verify(ada.page);
      await ada.page
        .getByText(`the page shows another ${field} than the hashed bytes hold`, { exact: false })
        .waitFor();
    });
  });

  it('finds a key that is no longer named, and goes on asking for its signature', async () => {
    const withheld = (state: { readonly keys: readonly string[] }): unknown => ({ ...state, keys: [state.keys[0]] });
    await lying('**/api/ledger', withheld, async () => {
      await ada.page.goto('/checkpoints');
      await ada.page.getByRole('button', { name: 'Verify in my browser' }).click();
      await ada.page.getByText(/1 of 2 that this browser first saw are no longer named/).waitFor();
    });
    const keys = await ada.page.evaluate(`JSON.parse(localStorage.getItem('vouchsafe.ledger')).keys.length`);
    expect(keys).toBe(2);
  });

  it('finds a checkpoint of which the page shows another size than was signed', async () => {
    const grown = (state: { readonly latest: object }): unknown => ({
      ...state,
      latest: { ...state.latest, size: 9999 },
    });
    await lying('**/api/ledger', grown, async () => {
      await ada.page.goto('/checkpoints');
      await ada.page.getByText('check failed: look now').waitFor();
    });
  });

  it('does not take the next look for the first one when its memory was damaged', async () => {
    await ada.page.evaluate(`localStorage.setItem('vouchsafe.ledger', '{"origin":')`);
    await ada.page.goto('/checkpoints');
    await ada.page.getByRole('button', { name: 'Verify in my browser' }).click();
    await ada.page.getByText('What this browser saw: does not hold').waitFor();
    expect(await ada.page.evaluate(`localStorage.getItem('vouchsafe.ledger')`)).toBe('{"origin":');
  });
});
