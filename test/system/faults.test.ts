import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Administrator, type Answer, setUpAdministrator, stepUp } from '../server/real-server.ts';
import { embeddedSite, hasScaledColumn, scaledSite, type Site } from './columns.ts';
import { expectDone, expectVerified, exportLedger } from './exports.ts';
import { type Gate, openGate } from './gates.ts';
import { runToEnd } from './programs.ts';
import { serveProgram } from './served.ts';

const PART_BACK_WITHIN_MS = 15_000;

let site: Site;
afterEach(() => site.remove());

const make = ({ visitor }: Administrator, name: string): Promise<Answer> =>
  visitor.send('POST', '/api/projects', { name });

const expectProblem = ({ status, headers, json, text }: Answer, wanted: number): void => {
  expect(status, text).toBe(wanted);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(json).toMatchObject({ status: wanted, code: expect.any(String), detail: expect.any(String) });
};

describe.skipIf(!hasScaledColumn)('a part of the scaled column goes away and comes back', () => {
  const gates: Gate[] = [];
  const gated = async (part: 'postgres' | 'redis' | 's3'): Promise<Gate> => {
    let gate: Gate | undefined;
    site = await scaledSite({
      reached: async (urls) => {
        gate = await openGate(urls[part]);
        gates.push(gate);
        return { [part]: gate.url };
      },
    });
    return gate ?? expect.unreachable();
  };
  afterEach(async () => {
    for (const gate of gates.splice(0)) await gate.close();
  });

  it.each(['postgres', 'redis'] as const)('%s: nothing is allowed meanwhile, and the answer says 503', async (part) => {
    const gate = await gated(part);
    const server = await site.serve();
    const ada = await setUpAdministrator(server);
    expect((await make(ada, 'before')).status).toBe(201);
    gate.shut();
    // What a session remembers is trusted for less than a second.
    await sleep(1000);
    for (let turn = 0; turn < 3; turn += 1) {
      expectProblem(await make(ada, `meanwhile ${turn}`), 503);
      expectProblem(await ada.visitor.send('GET', '/api/projects'), 503);
    }
    expect((await server.send('GET', '/healthz')).status).toBe(200);
    const ready = await server.send('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.json['checks']).toMatchObject({ [part === 'redis' ? 'counters' : 'records']: 'failing' });
    gate.open();
    await expect.poll(async () => (await make(ada, 'after')).status, { timeout: PART_BACK_WITHIN_MS }).toBe(201);
    const { items } = (await ada.visitor.send('GET', '/api/projects')).json as { items: { name: string }[] };
    expect(items.map(({ name }) => name).toSorted()).toEqual(['after', 'before']);
    await server.stop();
  });

  it('s3: a download is refused with 503, an export waits for it', async () => {
    const gate = await gated('s3');
    const server = await site.serve();
    const worker = await site.work('worker');
    const ada = await setUpAdministrator(server);
    gate.shut();
    const asked = await ada.visitor.send('POST', '/api/ledger/exports');
    const id = String(asked.json['id']);
    await expect
      .poll(async () => (await ada.visitor.send('GET', `/api/jobs/${id}`)).json['error'], { timeout: 30_000 })
      .toMatch(/did not store a blob/);
    gate.open();
    await expectDone(ada.visitor, id);
    gate.shut();
    await stepUp(ada.visitor, ada.authenticator);
    expectProblem(await ada.visitor.send('GET', `/api/ledger/exports/${id}/file`), 503);
    expect((await make(ada, 'needs no blobs')).status).toBe(201);
    gate.open();
    await worker.stop();
    await server.stop();
  });
});

describe('the data folder', () => {
  it('of a server belongs to it alone', async () => {
    site = await embeddedSite();
    const server = await site.serve();
    const { code, text } = await runToEnd(['serve', '--config', site.configure('second')]);
    expect(code).toBe(2);
    expect(text).toContain('belongs to process');
    await server.stop();
  });

  it.each([
    ['replaced by something else', () => Buffer.from('this is no database'.repeat(100))],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2))],
    ['overwritten in its middle', (bytes: Buffer) => Buffer.from(bytes).fill(0xa5, 4096, bytes.length)],
  ])('whose records were %s is not served', async (_what, spoil) => {
    site = await embeddedSite();
    const server = await site.serve();
    await setUpAdministrator(server);
    await server.stop();
    const file = join(site.dataOf(''), 'records.db');
    writeFileSync(file, spoil(readFileSync(file)));
    const { code, text } = await runToEnd(['serve', '--config', site.configure('server')]);
    expect(code, text).toBe(2);
    expect(text).toMatch(/records\.db/);
    expect(text).toMatch(/restore a backup/);
    expect(text).not.toMatch(/\n\s+at /);
  });

  it('on a full disk: what cannot be written is refused with 503, and what was answered is there', async () => {
    site = await embeddedSite();
    const first = await site.serve();
    const ada = await setUpAdministrator(first);
    await first.stop();
    const full = await site.serve('server', { maxFileKiB: 4000 });
    const visitor = Object.assign(ada.visitor, { server: full });
    const acknowledged: string[] = [];
    let answer: Answer;
    do {
      answer = await visitor.send('POST', '/api/projects', {
        name: `${acknowledged.length}`,
        description: 'x'.repeat(1900),
      });
      if (answer.status === 201) acknowledged.push(String(answer.json['id']));
    } while (answer.status === 201 && acknowledged.length < 5000);
    expectProblem(answer, 503);
    expect((await full.send('GET', '/healthz')).status).toBe(200);
    await full.program.kill();
    const again = await site.serve();
    const here = Object.assign(ada.visitor, { server: again });
    const last = acknowledged.at(-1) ?? '';
    expect((await here.send('GET', `/api/projects/${last}`)).status).toBe(200);
    await stepUp(here, ada.authenticator);
    const { file, keys, bytes } = await exportLedger(ada, site.folder);
    await expectVerified(file, keys);
    expect(acknowledged.filter((id) => !bytes.includes(id))).toEqual([]);
    await again.stop();
  });
});

it('a server that is reached at another address goes on with its ledger', async () => {
  site = await embeddedSite();
  const first = await site.serve();
  await setUpAdministrator(first);
  await first.stop();
  const moved = await serveProgram([
    'serve',
    '--config',
    site.configure('server'),
    '--origin',
    'http://localhost:4900',
  ]);
  await moved.stop();
});

describe('SIGTERM under load', () => {
  it('cuts no answer and loses nothing that was answered', async () => {
    site = await embeddedSite();
    const server = await site.serve();
    const ada = await setUpAdministrator(server);
    const made: string[] = [];
    const cut: unknown[] = [];
    let refused = 0;
    const load = async (): Promise<void> => {
      for (;;) {
        const answer = await make(ada, `load ${Math.random()}`).catch((error: NodeJS.ErrnoException) => error);
        if (answer instanceof Error) {
          // Nobody listens any more; a connection that was kept and idle may be closed as well.
          if (answer.code !== 'ECONNREFUSED' && answer.code !== 'ECONNRESET') cut.push(answer);
          return;
        }
        if (answer.status === 201) made.push(String(answer.json['id']));
        else {
          refused += 1;
          if (answer.status !== 503) cut.push(answer);
        }
      }
    };
    const loads = Array.from({ length: 16 }, load);
    await expect.poll(() => made.length, { timeout: 20_000 }).toBeGreaterThan(100);
    server.program.child.kill('SIGTERM');
    await Promise.all(loads);
    expect(await server.program.ended, server.logged()).toBe(0);
    expect(cut).toEqual([]);
    expect(refused).toBeLessThanOrEqual(16);
    const again = await site.serve();
    Object.assign(ada.visitor, { server: again });
    await stepUp(ada.visitor, ada.authenticator);
    const { bytes } = await exportLedger(ada, site.folder);
    expect(made.filter((id) => !bytes.includes(id))).toEqual([]);
    await again.stop();
  });
});

describe('a backup under load', () => {
  it('is restored and served with everything that was answered before it began', async () => {
    site = await embeddedSite();
    const server = await site.serve();
    const ada = await setUpAdministrator(server);
    const { file: exported } = await exportLedger(ada, site.folder);
    const made: string[] = [];
    let isLoaded = true;
    const load = async (): Promise<void> => {
      while (isLoaded) made.push(String((await make(ada, `load ${Math.random()}`)).json['id']));
    };
    const loads = Array.from({ length: 4 }, load);
    await expect.poll(() => made.length, { timeout: 20_000 }).toBeGreaterThan(50);
    const before = [...made];
    const backup = join(site.folder, 'backup');
    expect(await runToEnd(['backup', backup, '--data', site.dataOf(''), '--with-keys'])).toMatchObject({ code: 0 });
    isLoaded = false;
    await Promise.all(loads);
    await server.stop();
    const data = join(site.folder, 'restored');
    expect(await runToEnd(['restore', backup, '--data', data])).toMatchObject({ code: 0 });
    const again = await serveProgram(['serve', '--config', site.configure('restored'), '--data', data]);
    Object.assign(ada.visitor, { server: again });
    await stepUp(ada.visitor, ada.authenticator);
    const { file, keys, bytes } = await exportLedger(ada, site.folder);
    await expectVerified(file, keys);
    expect(before.filter((id) => !bytes.includes(id))).toEqual([]);
    expect(bytes.includes('"ledger.restored"')).toBe(true);
    expect(readFileSync(exported).length).toBeGreaterThan(0);
    await again.stop();
  });
});
