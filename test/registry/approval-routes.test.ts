import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asm } from '../build/pickle.ts';
import { SoftwareAuthenticator } from '../build/software-authenticator.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { type Answer, inviteVisitor, makeKey, stepUp, type Visitor } from '../server/real-server.ts';
import { type RealRegistry, startRealRegistry } from './real-registry.ts';

const DAY_MS = 86_400_000;
const withCode = { 'model.safetensors': safetensorsWith(), 'modeling.py': Buffer.from('import os\nos.system("id")\n') };
const hostile = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();

let real: RealRegistry;
let eve: { readonly visitor: Visitor; readonly id: string };
let sam: { readonly visitor: Visitor; readonly id: string };
let passkey: SoftwareAuthenticator;

beforeAll(async () => {
  real = await startRealRegistry('Language');
  eve = await inviteVisitor(real.boss, { name: 'Eve', email: 'eve@example.org' });
  sam = await inviteVisitor(real.boss, { name: 'Sam', email: 'sam@example.org', role: 'security' });
  await real.give({ kind: 'person', id: eve.id }, 'engineer');
  passkey = await addPasskey(sam.visitor);
}, 120_000);

afterAll(async () => {
  await real?.server.stop();
});

async function addPasskey(visitor: Visitor): Promise<SoftwareAuthenticator> {
  const authenticator = new SoftwareAuthenticator({ origin: real.server.origin });
  const options = await visitor.send('POST', '/api/me/passkeys/options');
  const response = authenticator.create(options.json);
  expect((await visitor.send('POST', '/api/me/passkeys', { name: 'phone', response })).status).toBe(201);
  return authenticator;
}

const approvalsOf = (versionId: string): string => `/api/registry/versions/${versionId}/approvals`;
const approval = { decision: 'approve', reason: 'read the code: it adds nothing' };
const approve = (by: Visitor, versionId: string, more: object = {}): Promise<Answer> =>
  by.send('POST', approvalsOf(versionId), { ...approval, ...more });
const waitingFor = async (visitor: Visitor): Promise<readonly string[]> => {
  const { json } = await visitor.send('GET', '/api/registry/approvals');
  return (json['items'] as readonly { version: { id: string } }[]).map(({ version }) => version.id);
};

let models = 0;
async function waiting(by: Visitor = eve.visitor): Promise<string> {
  models += 1;
  const versionId = await real.upload(by, `acme/with-code-${models}`, withCode);
  expect(await real.settled(by, versionId)).toMatchObject({ state: 'review' });
  return versionId;
}

describe('approvals through the routes', { timeout: 120_000 }, () => {
  it('one person uploads, another sees it wait, and approves it once he has proved again who he is', async () => {
    const versionId = await waiting();
    expect(await waitingFor(sam.visitor)).toContain(versionId);
    expect(await waitingFor(eve.visitor)).toEqual([]);
    expect(await approve(eve.visitor, versionId)).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect(await approve(sam.visitor, versionId)).toMatchObject({ status: 403, json: { code: 'step-up-required' } });
    await stepUp(sam.visitor, passkey);
    const approved = await approve(sam.visitor, versionId);
    expect(approved, approved.text).toMatchObject({ json: { state: 'releasing' } });
    expect(await real.settled(eve.visitor, versionId)).toMatchObject({ state: 'released' });
    expect((await eve.visitor.send('GET', approvalsOf(versionId))).json['items']).toMatchObject([
      { decision: 'approve', by: { name: 'Sam' }, reason: approval.reason },
    ]);
    expect(await waitingFor(sam.visitor)).not.toContain(versionId);
    expect(await approve(sam.visitor, versionId)).toMatchObject({ status: 409, json: { code: 'not-waiting' } });
  });

  it('nobody approves what he uploaded himself, though he may approve and has proved who he is', async () => {
    await stepUp(real.boss.visitor, real.boss.authenticator);
    const versionId = await waiting(real.boss.visitor);
    expect(await approve(real.boss.visitor, versionId)).toMatchObject({ status: 403, json: { code: 'own-upload' } });
    expect(await real.settled(sam.visitor, versionId)).toMatchObject({ state: 'review' });
  });

  it('no key approves, whatever it is for and whatever its service may, nor sees a queue', async () => {
    const versionId = await waiting();
    await stepUp(real.boss.visitor, real.boss.authenticator);
    const key = await makeKey(real.boss, ['models.read', 'models.write', 'models.approve']);
    await real.give({ kind: 'service', id: key.serviceId }, 'administrator');
    const headers = { authorization: `Bearer ${key.secret}` };
    const refused = await real.server.send('POST', approvalsOf(versionId), { body: approval, headers });
    expect(refused.status, refused.text).toBe(403);
    const queue = await real.server.send('GET', '/api/registry/approvals', { headers });
    expect(queue).toMatchObject({ status: 403, json: { code: 'session-required' } });
    expect(await real.settled(eve.visitor, versionId)).toMatchObject({ state: 'review' });
  });

  it('nobody approves what the policy denies', async () => {
    const versionId = await real.upload(eve.visitor, 'mallory/tiny', { 'model.pkl': hostile });
    const denied = await real.settled(eve.visitor, versionId);
    expect(denied).toMatchObject({ state: 'denied', failure: expect.stringMatching(/^malicious: /) });
    await stepUp(sam.visitor, passkey);
    expect(await approve(sam.visitor, versionId)).toMatchObject({ status: 409, json: { code: 'not-waiting' } });
    expect((await eve.visitor.send('GET', `/api/registry/versions/${versionId}/file?path=model.pkl`)).status).toBe(409);
  });

  it('an approval may rest on a waiver, and what rests on it goes out of service at its end', async () => {
    const versionId = await waiting();
    await stepUp(sam.visitor, passkey);
    const { decision } = await real.settled(sam.visitor, versionId);
    const { reasons } = decision as { readonly reasons: readonly { rule: string; effect: string }[] };
    const rules = [...new Set(reasons.filter(({ effect }) => effect === 'review').map(({ rule }) => rule))];
    const waiver = (days: number) => ({
      waiver: { rules, expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() },
    });
    expect(await approve(sam.visitor, versionId, waiver(-1))).toMatchObject({ json: { code: 'waiver-wrong' } });
    const approved = await approve(sam.visitor, versionId, waiver(7));
    expect(approved, approved.text).toMatchObject({ json: { state: 'releasing' } });
    expect(await real.settled(eve.visitor, versionId)).toMatchObject({ state: 'released' });
    const { json } = await sam.visitor.send('GET', '/api/registry/waivers?isActive=true');
    const [given] = json['items'] as readonly { id: string; versionId: string }[];
    expect(given).toMatchObject({ versionId, rules, owner: { name: 'Sam' } });
    const address = `/api/registry/waivers/${given?.id ?? ''}?reason=${encodeURIComponent('the code is bad')}`;
    const ended = await sam.visitor.send('DELETE', address);
    expect(ended.status, ended.text).toBeLessThan(300);
    expect(await real.settled(eve.visitor, versionId)).toMatchObject({ state: 'recalled' });
  });
});
