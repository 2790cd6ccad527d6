import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openContent } from '../../src/registry/contents/open-content.ts';
import { openContents } from '../../src/registry/contents/open-contents.ts';
import { LocalKeyProvider, ROOT_BYTES } from '../../src/registry/keys/local-key-provider.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { AwsKmsProvider } from '../../src/seal/providers/aws-kms.ts';
import type { KeyProvider } from '../../src/seal/providers/key-provider.ts';
import { VaultTransitProvider } from '../../src/seal/providers/vault-transit.ts';
import { jobPlaces, type JobPlace } from '../build/jobs.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { KMS_KEY, serveKms, serveVault, type StandIn, VAULT_TOKEN } from '../seal/key-services.ts';
import { allOf } from './contents-fixture.ts';
import { openPipeline, type Pipeline } from './pipeline-fixture.ts';
import { BEARER, type ServedRegistry, serveRegistry } from './served.ts';

const WAIT_MS = 50_000;
const README = '# A model that nobody else has\n';
const files = { 'model.safetensors': safetensorsWith(), 'README.md': README };

interface Service {
  readonly name: string;
  readonly start: () => Promise<StandIn>;
  readonly providerAt: (address: string) => KeyProvider;
}

const services: readonly Service[] = [
  {
    name: 'Vault',
    start: serveVault,
    providerAt: (address) => new VaultTransitProvider({ address, keyName: 'model', token: VAULT_TOKEN }),
  },
  {
    name: 'KMS',
    start: serveKms,
    providerAt: (endpoint) => new AwsKmsProvider({ keyName: KMS_KEY, region: 'eu-west-1', endpoint }),
  },
];

const cases = jobPlaces().flatMap((place) => services.map((service) => ({ ...place, service })));

describe.each(cases)('a master key in $service.name ($name)', { timeout: 120_000 }, ({ makePlace, service }) => {
  let place: JobPlace;
  let removePlace: () => Promise<void>;
  let keys: StandIn;
  let pipeline: Pipeline;
  let served: ServedRegistry[];
  const before = { ...process.env };
  beforeEach(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
    served = [];
    ({ place, remove: removePlace } = await makePlace());
    keys = await service.start();
    pipeline = await openPipeline(place, { over: { masterKey: service.providerAt(keys.address) } });
  });
  afterEach(async () => {
    process.env = { ...before };
    for (const one of served) await one.close();
    await pipeline.end();
    await keys.close();
    await removePlace();
  });

  const down = (): void => {
    keys.override = () => ({ status: 500, body: { errors: ['a text of the service'] } });
  };
  const up = (): void => {
    keys.override = undefined;
  };
  const serve = async (registry: Registry = pipeline.registry): Promise<ServedRegistry> => {
    const one = await serveRegistry({ registry, owner: pipeline.test.owner });
    served.push(one);
    return one;
  };
  /** A process that has no key open. */
  const fresh = (masterKey: KeyProvider = pipeline.registry.masterKey): Registry => {
    const parts = { ...pipeline.registry, masterKey };
    return { ...parts, contents: openContents(parts) };
  };
  const get = async ({ origin }: ServedRegistry, versionId: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${origin}/api/registry/versions/${versionId}/file?path=README.md`, {
      headers: { authorization: `Bearer ${BEARER}` },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const submit = async (): Promise<string> => pipeline.submit(await pipeline.model('acme/one'), files);

  it('that does not answer keeps versions from being released, and nothing is given out plain', async () => {
    const versionId = await submit();
    down();
    await pipeline.start();
    await expect
      .poll(async () => (await pipeline.queue.jobs.find((await pipeline.row(versionId)).job_id ?? ''))?.error ?? '', {
        timeout: WAIT_MS,
        interval: 20,
      })
      .toMatch(/service that keeps the master key does not answer/);
    const row = await pipeline.row(versionId);
    expect(row).toMatchObject({ wrapped_key: null, released_at: null });
    const server = await serve();
    expect((await get(server, versionId)).status).toBe(409);
    up();
    await pipeline.reaches(versionId, 'released');
    expect(await get(server, versionId)).toEqual({ status: 200, text: README });
  });

  it('is asked again by a process that has no key open: 503 while it is down, the same bytes once it is back', async () => {
    const versionId = await submit();
    await pipeline.start();
    await pipeline.reaches(versionId, 'released');
    const warm = await serve();
    expect((await get(warm, versionId)).status).toBe(200);
    down();
    const cold = await serve(fresh());
    const refused = await get(cold, versionId);
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'keys-unavailable', status: 503 });
    expect(refused.text).not.toMatch(/text of the service|A model|127\.0\.0\.1/);
    // What is open in memory is given out meanwhile.
    expect(await get(warm, versionId)).toEqual({ status: 200, text: README });
    up();
    expect(await get(cold, versionId)).toEqual({ status: 200, text: README });
  });

  it('is another than that of this server: nothing opens, and nothing is given out plain', async () => {
    const versionId = await submit();
    await pipeline.start();
    await pipeline.reaches(versionId, 'released');
    const local = await serve(fresh(new LocalKeyProvider([randomBytes(ROOT_BYTES)])));
    const refused = await get(local, versionId);
    expect(refused.status).toBe(503);
    expect(refused.text).not.toContain('A model');
    const other = await service.start();
    try {
      const moved = await get(await serve(fresh(service.providerAt(other.address))), versionId);
      expect(moved.status).toBe(503);
      expect(moved.text).not.toContain('A model');
    } finally {
      await other.close();
    }
    expect(await get(await serve(fresh()), versionId)).toEqual({ status: 200, text: README });
  });
});

describe.each(jobPlaces())('a master key that changes ($name)', { timeout: 120_000 }, ({ makePlace }) => {
  let place: JobPlace;
  let removePlace: () => Promise<void>;
  let pipeline: Pipeline;
  beforeEach(async () => {
    ({ place, remove: removePlace } = await makePlace());
  });
  afterEach(async () => {
    await pipeline.end();
    await removePlace();
  });
  const released = async (name: string): Promise<string> => {
    const versionId = await pipeline.submit(await pipeline.model(name), { 'README.md': `# ${name}\n` });
    await pipeline.reaches(versionId, 'released');
    return versionId;
  };
  const readBy = async (masterKey: KeyProvider, versionId: string): Promise<string> => {
    const parts = { ...pipeline.registry, masterKey };
    const contents = openContents(parts);
    try {
      const at = { versionId, side: 'release' as const, path: 'README.md' };
      return (await allOf((await openContent({ ...parts, contents }, at)).read())).toString();
    } finally {
      await contents.close();
    }
  };

  it('in Vault opens what its older versions wrapped', async () => {
    const vault = await serveVault();
    const provider = (): KeyProvider =>
      new VaultTransitProvider({ address: vault.address, keyName: 'model', token: VAULT_TOKEN });
    pipeline = await openPipeline(place, { over: { masterKey: provider() } });
    await pipeline.start();
    const first = await released('acme/first');
    vault.rotate();
    const second = await released('acme/second');
    expect(await readBy(provider(), first)).toBe('# acme/first\n');
    expect(await readBy(provider(), second)).toBe('# acme/second\n');
    await vault.close();
  });

  it('in a file opens what the keys behind the first wrapped, as long as they are there', async () => {
    const [old, next] = [randomBytes(ROOT_BYTES), randomBytes(ROOT_BYTES)];
    const rotating = { current: new LocalKeyProvider([old]) };
    const masterKey: KeyProvider = {
      id: 'local',
      wrap: (...given) => rotating.current.wrap(...given),
      unwrap: (...given) => rotating.current.unwrap(...given),
    };
    pipeline = await openPipeline(place, { over: { masterKey } });
    await pipeline.start();
    const first = await released('acme/first');
    rotating.current = new LocalKeyProvider([next, old]);
    const second = await released('acme/second');
    expect(await readBy(rotating.current, first)).toBe('# acme/first\n');
    expect(await readBy(new LocalKeyProvider([next]), second)).toBe('# acme/second\n');
    await expect(readBy(new LocalKeyProvider([next]), first)).rejects.toMatchObject({ code: 'keys-unavailable' });
    await expect(readBy(new LocalKeyProvider([old]), second)).rejects.toMatchObject({ code: 'keys-unavailable' });
  });
});
