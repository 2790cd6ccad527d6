import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  setUpAdministrator,
  stepUp,
  Visitor,
} from '../server/real-server.ts';
import { hasScaledColumn, scaledSite, type Site } from './columns.ts';
import { expectDone, expectVerified, exportLedger } from './exports.ts';
import type { S3Gate } from './gates.ts';
import { openS3Gate } from './gates.ts';
import { balanced, type ServedProgram } from './served.ts';

/** Issue of the whole service: what is revoked on one process is refused on every other within this. */
const WITHIN_MS = 1000;
const LEASE_SECONDS = 2;

describe.skipIf(!hasScaledColumn)('several processes on one column', () => {
  let gate: S3Gate;
  let site: Site;
  let first: ServedProgram;
  let second: ServedProgram;
  let ada: Administrator;
  beforeEach(async () => {
    site = await scaledSite({
      config: { jobs: { column: 'pg-boss', threads: 0, leaseSeconds: LEASE_SECONDS } },
      reached: async ({ s3 }) => {
        gate = await openS3Gate(s3);
        return { s3: gate.url };
      },
    });
    first = await site.serve('first');
    second = await site.serve('second');
    ada = await setUpAdministrator(balanced([first, second]));
  });
  afterEach(async () => {
    await gate.close();
    await site.remove();
  });

  /** Asks the second process without a pause, so that whatever it remembers is warm, until it refuses. */
  const refusedAfterMs = async (ask: () => Promise<number>, revoke: () => Promise<unknown>): Promise<number> => {
    expect(await ask()).toBe(200);
    expect(await ask()).toBe(200);
    await revoke();
    const revokedAt = performance.now();
    let answer = await ask();
    while (answer === 200 && performance.now() - revokedAt < 10 * WITHIN_MS) {
      await sleep(5);
      answer = await ask();
    }
    expect([401, 403]).toContain(answer);
    return performance.now() - revokedAt;
  };

  it('a session, a key and a grant that one revokes are refused by the other within a second', async () => {
    const { visitor: eve, id: eveId } = await inviteVisitor(ada, { name: 'Eve', email: 'eve@example.org' });
    await stepUp(ada.visitor, ada.authenticator);
    const adaOnFirst = on(first, ada.visitor);
    const project = await adaOnFirst.send('POST', '/api/projects', { name: 'vision' });
    const given = await adaOnFirst.send('POST', '/api/grants', {
      principal: { kind: 'person', id: eveId },
      role: 'member',
      scope: { kind: 'project', id: project.json['id'] },
      reason: 'looks on',
    });
    expect(given.status, given.text).toBe(201);
    const eveOnSecond = on(second, eve);
    const path = `/api/projects/${String(project.json['id'])}`;
    await expect.poll(async () => (await eveOnSecond.send('GET', path)).status, { timeout: WITHIN_MS }).toBe(200);
    const grant = await refusedAfterMs(
      async () => (await eveOnSecond.send('GET', path)).status,
      () => adaOnFirst.send('DELETE', `/api/grants/${String(given.json['id'])}`),
    );
    const session = await refusedAfterMs(
      async () => (await eveOnSecond.send('GET', '/api/me')).status,
      () => adaOnFirst.send('DELETE', `/api/people/${eveId}/sessions`),
    );
    const { secret, serviceId, keyId } = await makeKey(ada, ['projects.read']);
    const headers = { authorization: `Bearer ${secret}` };
    const key = await refusedAfterMs(
      async () => (await second.send('GET', '/api/projects', { headers })).status,
      () => adaOnFirst.send('DELETE', `/api/services/${serviceId}/keys/${keyId}`),
    );
    expect(Math.max(grant, session, key), JSON.stringify({ grant, session, key })).toBeLessThan(WITHIN_MS);
  });

  it('a worker killed in the middle of an export: another makes it, and it ends once', {
    timeout: 120_000,
  }, async () => {
    const victim = await site.work('victim');
    gate.holdWrites();
    await stepUp(ada.visitor, ada.authenticator);
    const asked = await ada.visitor.send('POST', '/api/ledger/exports');
    expect(asked.status, asked.text).toBe(202);
    const id = String(asked.json['id']);
    await gate.held();
    await victim.kill();
    gate.letThrough();
    expect((await ada.visitor.send('GET', `/api/jobs/${id}`)).json).toMatchObject({ state: 'running', attempts: 1 });

    const other = await site.work('other');
    await expectDone(ada.visitor, id);
    expect((await ada.visitor.send('GET', `/api/jobs/${id}`)).json).toMatchObject({ state: 'done', attempts: 2 });
    await stepUp(ada.visitor, ada.authenticator);
    const { file, keys, bytes } = await exportLedger(ada, site.folder);
    await expectVerified(file, keys);
    const finished = bytes
      .toString()
      .split('\n')
      .filter((line) => line.includes('"job.finish"') && line.includes(id));
    expect(finished).toHaveLength(1);
    expect(await other.stop()).toBe(0);
  });
});

/** The same person with the same session, at one of the servers. */
function on(server: ServedProgram, { cookie, csrf }: Visitor): Visitor {
  return Object.assign(new Visitor(server), { cookie, csrf });
}
