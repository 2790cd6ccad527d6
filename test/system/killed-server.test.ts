import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderBlobs } from '../../src/store/blobs/folder-blobs.ts';
import { Prng } from '../build/prng.ts';
import { type Administrator, setUpAdministrator, stepUp, Visitor } from '../server/real-server.ts';
import { describeEachSite, type Site } from './columns.ts';
import { download, expectVerified, exportLedger } from './exports.ts';
import type { ServedProgram } from './served.ts';

/** More of them with VOUCHSAFE_CRASH_ROUNDS=50. */
const ROUNDS = Number(process.env['VOUCHSAFE_CRASH_ROUNDS'] ?? 3);
const WRITERS = 8;
const MAX_LOAD_MS = 400;

/** What the server answered with 201 or 202, by kind. */
interface Acknowledged {
  readonly projects: Set<string>;
  readonly people: Set<string>;
  readonly services: Set<string>;
  readonly exports: Set<string>;
}

describeEachSite('kill -9 of the server under load', (makeSite) => {
  it(`loses nothing that was answered, ${ROUNDS} times`, { timeout: 60_000 + ROUNDS * 60_000 }, async () => {
    const site = await makeSite();
    const random = new Prng(ROUNDS);
    const acknowledged: Acknowledged = {
      projects: new Set(),
      people: new Set(),
      services: new Set(),
      exports: new Set(),
    };
    let server = await site.serve();
    // On the scaled column jobs are done elsewhere, and go on meanwhile.
    const worker = site.column === 'scaled' ? await site.work('worker') : null;
    let ada = await setUpAdministrator(server);
    for (let round = 0; round < ROUNDS; round += 1) {
      await stepUp(ada.visitor, ada.authenticator);
      const before = acknowledged.projects.size;
      const load = underLoad(ada.visitor, acknowledged, `round ${round}`);
      await expect.poll(() => acknowledged.projects.size, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before);
      await sleep(random.next() * MAX_LOAD_MS);
      await server.program.kill();
      await load.ended;
      server = await site.serve();
      ada = on(server, ada);
      await expectThere(ada.visitor, acknowledged);
    }
    expect(acknowledged.people.size + acknowledged.services.size).toBeGreaterThan(0);
    await expectExports(ada, site, acknowledged);
    await worker?.stop();
    await server.stop();
    if (site.column === 'embedded') await expectWholeBlobs(join(site.dataOf(''), 'blobs'));
    await site.remove();
  });
});

/** The same person with the same session, on the server that runs now. */
const on = (server: ServedProgram, { visitor, ...who }: Administrator): Administrator => ({
  ...who,
  visitor: Object.assign(new Visitor(server), { cookie: visitor.cookie, csrf: visitor.csrf }),
});

/** Writes of several kinds at once, until the server is gone. */
function underLoad(visitor: Visitor, { projects, people, services, exports }: Acknowledged, title: string) {
  let number = 0;
  const kinds = [
    { path: '/api/projects', into: projects, field: 'id', body: (name: string) => ({ name }) },
    { path: '/api/services', into: services, field: 'id', body: (name: string) => ({ name }) },
    {
      path: '/api/people',
      into: people,
      field: 'personId',
      body: (name: string) => ({ name, email: `${name.replaceAll(' ', '-')}@example.org` }),
    },
    { path: '/api/ledger/exports', into: exports, field: 'id', body: () => undefined },
  ];
  const write = async (first: number): Promise<void> => {
    for (let turn = first; ; turn += 1) {
      // One export for many of the others: each writes the whole ledger into a blob.
      const kind = kinds[turn % 24 === 23 ? 3 : turn % 3];
      if (kind === undefined) throw new Error('unreachable');
      number += 1;
      const answer = await visitor.send('POST', kind.path, kind.body(`${title} ${number}`)).catch(() => null);
      if (answer === null) return;
      expect([201, 202], answer.text).toContain(answer.status);
      kind.into.add(String(answer.json[kind.field]));
    }
  };
  return { ended: Promise.all(Array.from({ length: WRITERS }, (_, at) => write(at * 7))) };
}

async function expectThere(visitor: Visitor, { projects, people, services, exports }: Acknowledged): Promise<void> {
  for (const [path, ids] of [
    ['/api/projects', projects],
    ['/api/people', people],
    ['/api/services', services],
    ['/api/jobs', exports],
  ] as const) {
    const found = await idsAt(visitor, path);
    expect(
      [...ids].filter((id) => !found.has(id)),
      `lost of ${path}`,
    ).toEqual([]);
  }
}

async function idsAt(visitor: Visitor, path: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { status, json, text } = await visitor.send('GET', `${path}?limit=100${cursor}`);
    expect(status, text).toBe(200);
    for (const { id } of json['items'] as readonly { readonly id: string }[]) ids.add(id);
    next = json['next'] as string | null;
  }
  return ids;
}

/** Each acknowledged act has its entry, and whatever export is done is whole. */
async function expectExports(ada: Administrator, site: Site, acknowledged: Acknowledged): Promise<void> {
  await stepUp(ada.visitor, ada.authenticator);
  const { file, keys, bytes } = await exportLedger(ada, site.folder);
  await expectVerified(file, keys);
  const ledger = bytes.toString();
  for (const ids of Object.values(acknowledged) as ReadonlySet<string>[]) {
    expect(
      [...ids].filter((id) => !ledger.includes(id)),
      'no entry of it',
    ).toEqual([]);
  }
  for (const id of acknowledged.exports) {
    const { state } = (await ada.visitor.send('GET', `/api/jobs/${id}`)).json;
    if (state === 'done') expect((await download(ada.visitor, id)).length).toBeGreaterThan(0);
    else expect(['waiting', 'running']).toContain(state);
  }
}

/** A file with the name of a digest has that content, whenever the process that wrote it was killed. */
async function expectWholeBlobs(folder: string): Promise<void> {
  expect(existsSync(folder)).toBe(true);
  const names = readdirSync(folder, { recursive: true }).map(String);
  const digests = names.flatMap((name) => /^..\/..\/([0-9a-f]{64})$/.exec(name)?.[1] ?? []);
  expect(digests.length).toBeGreaterThan(0);
  const blobs = await FolderBlobs.open(folder);
  for (const digest of digests) for await (const _ of blobs.read(`sha256:${digest}`));
}
