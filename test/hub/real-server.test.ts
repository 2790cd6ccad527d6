import { downloadFile, HubApiError, modelInfo } from '@huggingface/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { asm } from '../build/pickle.ts';
import { SoftwareAuthenticator } from '../build/software-authenticator.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { type RealRegistry, startRealRegistry } from '../registry/real-registry.ts';
import { inviteVisitor, makeKey, stepUp, type Visitor } from '../server/real-server.ts';

const hostile = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();
const good = {
  'config.json': '{"model_type":"bert"}',
  'model.safetensors': safetensorsWith(),
  'README.md': '---\nlicense: apache-2.0\n---\n# Good\n',
};
/** Longer than a request waits here, so that the first answer is never the model. */
const HUB_DELAY_MS = 1200;
const MAX_WAIT_MS = 60_000;

describe('the hub interface of a server as it is run, with another hub behind it', { timeout: 90_000 }, () => {
  let behind: HubStandIn;
  let real: RealRegistry;
  let sam: Visitor;
  let key: string;

  beforeAll(async () => {
    behind = await startHubStandIn({ delayMs: HUB_DELAY_MS });
    real = await startRealRegistry('Hub', {
      fetch: { allowNetworks: ['127.0.0.0/8'], allowHttp: true },
      registry: { upstream: { endpoint: behind.endpoint, pullThrough: true, waitSeconds: 1, freshSeconds: 1 } },
    });
    const made = await makeKey(real.boss, ['models.read']);
    await real.give({ kind: 'service', id: made.serviceId }, 'service');
    key = made.secret;
    sam = await approver();
  }, 120_000);

  afterAll(async () => {
    await real?.server.stop();
    await behind?.end();
  });

  async function approver(): Promise<Visitor> {
    const { visitor } = await inviteVisitor(real.boss, { name: 'Sam', email: 'sam@example.org', role: 'security' });
    const passkey = new SoftwareAuthenticator({ origin: real.server.origin });
    const options = await visitor.send('POST', '/api/me/passkeys/options');
    const response = passkey.create(options.json);
    expect((await visitor.send('POST', '/api/me/passkeys', { name: 'phone', response })).status).toBe(201);
    await stepUp(visitor, passkey);
    return visitor;
  }

  const means = () => ({ hubUrl: real.server.origin, accessToken: `hf_${key}` });

  async function bytesOf(repo: string, path: string): Promise<Buffer> {
    const blob = await downloadFile({ ...means(), repo, path });
    return blob === null ? Buffer.alloc(0) : Buffer.from(await blob.arrayBuffer());
  }

  /** What the client throws, for a person to read. */
  async function failureOf(work: Promise<unknown>): Promise<HubApiError> {
    const thrown = await work.then(
      () => 'nothing was thrown',
      (error: unknown) => error,
    );
    if (thrown instanceof HubApiError) return thrown;
    throw new Error('expected an error of the client', { cause: thrown });
  }

  /** What there is to say once nobody is told to wait any more. */
  async function settled(repo: string, path: string): Promise<Buffer | HubApiError> {
    let last: Buffer | HubApiError = Buffer.alloc(0);
    const ask = async (): Promise<boolean> => {
      last = await bytesOf(repo, path).catch((error: unknown) => {
        if (error instanceof HubApiError) return error;
        throw error;
      });
      return last instanceof HubApiError && last.statusCode === 503;
    };
    await expect.poll(ask, { timeout: MAX_WAIT_MS, interval: 200 }).toBe(false);
    return last;
  }

  const head = async (path: string): Promise<Response> =>
    fetch(`${real.server.origin}${path}`, { method: 'HEAD', headers: { authorization: `Bearer ${key}` } });

  async function versionOf(name: string): Promise<string> {
    const model = await sam.send('GET', `/api/registry/model?name=${encodeURIComponent(name)}`);
    const list = await sam.send('GET', `/api/registry/models/${String(model.json['id'])}/versions`);
    const [version] = (list.json['items'] ?? []) as readonly { readonly id: string }[];
    expect(version, list.text).toBeDefined();
    return version?.id ?? '';
  }

  it('tells to wait, then gives a good model byte by byte, and refuses it at once when it is recalled', async () => {
    behind.put('acme/good', { files: good });
    expect(await failureOf(downloadFile({ ...means(), repo: 'acme/good', path: 'config.json' }))).toMatchObject({
      statusCode: 503,
      message: expect.stringMatching(/acme\/good: .*ask again in \d+ s/) as string,
    });
    const told = await head('/acme/good/resolve/main/config.json');
    expect([told.status, Number(told.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
    expect(await settled('acme/good', 'config.json')).toEqual(Buffer.from(good['config.json']));
    for (const [path, content] of Object.entries(good)) {
      expect((await bytesOf('acme/good', path)).equals(Buffer.from(content)), path).toBe(true);
    }
    const info = await modelInfo({ ...means(), name: 'acme/good', additionalFields: ['filePaths'] });
    expect(info.filePaths.toSorted()).toEqual(Object.keys(good).toSorted());

    const reason = 'it phones home when it is loaded';
    const recalled = await sam.send('POST', `/api/registry/versions/${await versionOf('acme/good')}/recall`, {
      reason,
    });
    expect(recalled.status, recalled.text).toBe(200);
    expect(await failureOf(bytesOf('acme/good', 'model.safetensors'))).toMatchObject({
      statusCode: 410,
      message: expect.stringContaining(reason) as string,
    });
    for (const path of ['/acme/good/resolve/main/config.json', '/acme/good/resolve/HEAD/model.safetensors']) {
      const answer = await head(path);
      expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-error-message')]).toEqual([
        410,
        'RevisionNotFound',
        expect.stringContaining(reason),
      ]);
    }
  });

  it('prints why a hostile model was denied', async () => {
    behind.put('acme/bad', { files: { 'config.json': '{}', 'model.pkl': hostile } });
    expect(await settled('acme/bad', 'config.json')).toMatchObject({
      statusCode: 403,
      message: expect.stringMatching(/acme\/bad: it was examined and denied: .*malicious/) as string,
    });
    const answer = await head('/acme/bad/resolve/main/model.pkl');
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([403, 'GatedRepo']);
    expect(answer.headers.get('x-error-message')).toContain('denied');
  });

  it('prints that somebody has to approve a model, and gives it once he did', async () => {
    behind.put('acme/code', { files: { ...good, 'modeling.py': 'import os\nos.system("id")\n' } });
    expect(await settled('acme/code', 'config.json')).toMatchObject({
      statusCode: 403,
      message: expect.stringContaining('waits for a person to decide') as string,
    });
    const address = `/api/registry/versions/${await versionOf('acme/code')}/approvals`;
    const approved = await sam.send('POST', address, { decision: 'approve', reason: 'read the code: it adds nothing' });
    expect(approved, approved.text).toMatchObject({ json: { state: 'releasing' } });
    expect(await settled('acme/code', 'modeling.py')).toEqual(Buffer.from('import os\nos.system("id")\n'));
  });
});
