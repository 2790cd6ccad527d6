import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { asm } from '../build/pickle.ts';
import { SoftwareAuthenticator } from '../build/software-authenticator.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { type Answer, inviteVisitor, makeKey, stepUp, type Visitor } from '../server/real-server.ts';
import { behindIt, type RealRegistry, startRealRegistry } from './real-registry.ts';

const PROJECT = 'Language';
const clean = {
  'model.safetensors': safetensorsWith(),
  'config.json': '{"model_type":"bert"}',
  'README.md': '---\nlicense: apache-2.0\n---\n# a model\n',
};
const withCode = { ...clean, 'modeling.py': 'import os\nos.system("id")\n' };
const hostile = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();
const approval = { decision: 'approve', reason: 'read the code: it adds nothing' };

let hub: HubStandIn;
let real: RealRegistry;
let eve: { readonly visitor: Visitor; readonly id: string };
let sam: { readonly visitor: Visitor; readonly id: string };
let passkey: SoftwareAuthenticator;

beforeAll(async () => {
  hub = await startHubStandIn();
  real = await startRealRegistry(PROJECT, behindIt(hub, PROJECT));
  eve = await inviteVisitor(real.boss, { name: 'Eve', email: 'eve@example.org' });
  await real.give({ kind: 'person', id: eve.id }, 'engineer');
  sam = await inviteVisitor(real.boss, { name: 'Sam', email: 'sam@example.org', role: 'security' });
  passkey = new SoftwareAuthenticator({ origin: real.server.origin });
  const options = await sam.visitor.send('POST', '/api/me/passkeys/options');
  const made = await sam.visitor.send('POST', '/api/me/passkeys', {
    name: 'phone',
    response: passkey.create(options.json),
  });
  expect(made.status, made.text).toBe(201);
}, 120_000);

afterAll(async () => {
  await real?.server.stop();
  await hub?.end();
});

const importAs = (by: Visitor, repository: string, more: object = {}): Promise<Answer> =>
  by.send('POST', '/api/registry/imports', { repository, projectId: real.projectId, ...more });
const noticesOf = async (visitor: Visitor): Promise<unknown> =>
  (await visitor.send('GET', '/api/registry/notices')).json['items'];
const approve = (by: Visitor, versionId: string): Promise<Answer> =>
  by.send('POST', `/api/registry/versions/${versionId}/approvals`, approval);

describe('imports through the routes', { timeout: 120_000 }, () => {
  it('fetch a clean model, examine and release it, and give out what the hub has', async () => {
    const commit = hub.put('acme/clean', { files: clean });
    const begun = await importAs(eve.visitor, 'acme/clean');
    expect(begun, begun.text).toMatchObject({
      status: 202,
      json: {
        modelName: 'acme/clean',
        number: 1,
        state: 'uploading',
        source: { kind: 'hub', endpoint: hub.endpoint, repository: 'acme/clean', revision: commit },
        createdBy: { name: 'Eve' },
        askedBy: [{ kind: 'person', id: eve.id, name: 'Eve' }],
        files: 3,
      },
    });
    const id = String(begun.json['id']);
    const released = await real.settled(eve.visitor, id);
    expect(released).toMatchObject({ state: 'released', verdict: 'clean', failure: null, licences: ['Apache-2.0'] });
    for (const [path, content] of Object.entries(clean)) {
      const got = await eve.visitor.send('GET', `/api/registry/versions/${id}/file?path=${path}`);
      expect([got.status, got.text]).toEqual([200, Buffer.from(content).toString('utf8')]);
    }
    expect((await importAs(eve.visitor, 'acme/clean')).json['id']).toBe(id);
  });

  it('take a branch, another name here, and the right to write models', async () => {
    hub.put('acme/branched', { files: { 'config.json': '{}' } });
    const commit = hub.put('acme/branched', { files: clean, revision: 'v2' });
    const more = { revision: 'v2', name: 'ours/branched' };
    expect(await importAs(sam.visitor, 'acme/branched', more)).toMatchObject({ status: 403 });
    const begun = await importAs(eve.visitor, 'acme/branched', more);
    expect(begun.json).toMatchObject({ modelName: 'ours/branched', source: { revision: commit }, files: 3 });
    expect(await real.settled(eve.visitor, String(begun.json['id']))).toMatchObject({ state: 'released' });
  });

  it('deny what runs code, and refuse what the hub has not', async () => {
    hub.put('acme/hostile', { files: { 'model.pkl': hostile } });
    const begun = await importAs(eve.visitor, 'acme/hostile');
    expect(await real.settled(eve.visitor, String(begun.json['id']))).toMatchObject({ state: 'denied' });
    expect(await importAs(eve.visitor, 'acme/nowhere')).toMatchObject({
      status: 404,
      json: { code: 'upstream-refused' },
    });
  });

  it('tell whoever asked that the hub did not give what it had listed', async () => {
    hub.put('acme/damaged', { files: clean });
    hub.fail({ fault: 'wrong-hash', at: 'file', path: 'config.json' });
    const begun = await importAs(eve.visitor, 'acme/damaged');
    const versionId = String(begun.json['id']);
    const failed = await real.settled(eve.visitor, versionId);
    hub.heal();
    expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('config.json') });
    expect(await noticesOf(eve.visitor)).toContainEqual(
      expect.objectContaining({
        kind: 'failed',
        model: expect.objectContaining({ name: 'acme/damaged' }),
        version: { id: versionId, number: 1 },
        text: failed['failure'],
      }),
    );
  });

  it('are approved by nobody who had a service of his ask for them through the hub interface', async () => {
    hub.put('mallory/model', { files: withCode });
    const key = await makeKey(real.boss, ['models.read']);
    await real.give({ kind: 'service', id: key.serviceId }, 'engineer');
    const headers = { authorization: `Bearer ${key.secret}` };
    const ask = (): Promise<Answer> => real.server.send('GET', '/mallory/model/resolve/main/modeling.py', { headers });
    await expect
      .poll(async () => (await ask()).headers['x-error-message'], { timeout: 60_000 })
      .toContain('waits for a person');
    const { json } = await sam.visitor.send('GET', '/api/registry/approvals');
    const [{ version }] = json['items'] as readonly [{ version: Record<string, unknown> }];
    expect(version).toMatchObject({
      modelName: 'mallory/model',
      createdBy: null,
      askedBy: [{ kind: 'service', id: key.serviceId }],
    });
    const versionId = String(version['id']);
    await stepUp(real.boss.visitor, real.boss.authenticator);
    expect(await approve(real.boss.visitor, versionId)).toMatchObject({ status: 403, json: { code: 'own-upload' } });
    expect((await ask()).status).toBe(403);
    await stepUp(sam.visitor, passkey);
    expect((await approve(sam.visitor, versionId)).json).toMatchObject({ state: 'releasing' });
    expect(await real.settled(eve.visitor, versionId)).toMatchObject({ state: 'released' });
    await expect.poll(async () => (await ask()).text, { timeout: 60_000 }).toBe(withCode['modeling.py']);
  });
});
