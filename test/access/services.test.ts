import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldGrant } from '../../src/access/services/grants-of.ts';
import { openServiceAccess, type ServiceAccess } from '../../src/access/services/open-services.ts';
import { makeSecret } from '../../src/access/services/secret.ts';
import type { ActionId } from '../../src/contract/actions.ts';
import { maxStaleMs } from '../../src/store/bus/bus.ts';
import { describeEachStore, type TestStore } from '../build/store.ts';
import { addPerson, callerOf, entriesOf, testAuthorizer, testBus, testClock, testCounters } from './fixture.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const from = { address: '192.0.2.7' };

describeEachStore('services, keys and tokens', ({ makeStore }) => {
  let testStore: TestStore;
  let clock: ReturnType<typeof testClock>;
  let elapsed: { now: number };
  let access: ServiceAccess;
  let owner: string;
  let grants: Map<string, HeldGrant[]>;
  let power: Set<ActionId>;
  const opened: ServiceAccess[] = [];

  /** One process more on the same records. */
  function openAccess(bus = testBus()): ServiceAccess {
    const one = openServiceAccess({
      store: testStore.store,
      bus,
      counters: testCounters(clock),
      authorizer: testAuthorizer((action) => power.has(action)),
      grantsOf: async (ids) => new Map(ids.map((id) => [id, grants.get(id) ?? []])),
      clock,
      elapsedMs: () => elapsed.now,
      onFault: (error) => {
        throw error;
      },
    });
    opened.push(one);
    return one;
  }

  beforeEach(async () => {
    clock = testClock();
    elapsed = { now: 0 };
    testStore = await makeStore({ clock });
    grants = new Map();
    power = new Set(['models.read', 'models.write', 'people.read']);
    access = openAccess();
    owner = await addPerson(testStore.store, { name: 'Ada' });
  });

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await testStore.end();
  });

  const ada = () => callerOf('person', owner);
  const makeService = (name = 'trainer') => access.accounts.make(ada(), { name, description: '' });

  async function issue(more: Partial<Parameters<ServiceAccess['keys']['issue']>[2]> = {}) {
    const service = await makeService();
    const issued = await access.keys.issue(ada(), service.id, {
      name: 'nightly',
      scopes: ['models.read'],
      networks: [],
      expiresInDays: 90,
      ...more,
    });
    return { service, ...issued };
  }

  const entries = async (activity: string) =>
    (await entriesOf(testStore.store)).filter((entry) => entry.activity === activity);

  test('a key is shown once, kept as a digest, and tells who calls', async () => {
    const { service, key, secret } = await issue();
    expect(secret.startsWith(`${key.prefix}_`)).toBe(true);
    const identity = await access.bearers.resolve(secret, from);
    expect(identity).toEqual({
      principal: { kind: 'service', id: service.id },
      credential: { kind: 'key', id: key.id },
      level: 1,
      verifiedAtMs: null,
      enrolmentRequired: false,
      scopes: ['models.read'],
    });
    const row = await testStore.store.read.selectFrom('service_keys').selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(secret.slice(17));
    expect(JSON.stringify(await entriesOf(testStore.store))).not.toContain(secret.slice(17));
    const [entry] = await entries('key.issue');
    expect(entry).toMatchObject({
      actor: { kind: 'person', id: owner },
      object: { kind: 'key', id: key.id },
      data: { serviceId: service.id, scopes: ['models.read'], prefix: key.prefix },
    });
  });

  test('the warm path asks no database', async () => {
    const { secret } = await issue();
    await access.bearers.resolve(secret, from);
    await testStore.store.change(async ({ sql }) => {
      await sql.deleteFrom('service_keys').execute();
    });
    expect(await access.bearers.resolve(secret, from)).toBeDefined();
    elapsed.now += maxStaleMs + 1;
    expect(await access.bearers.resolve(secret, from)).toBeUndefined();
  });

  test('unknown, malformed and altered secrets are nobody', async () => {
    const { secret } = await issue();
    for (const text of [
      '',
      'vsk_',
      secret.slice(1),
      `${secret}a`,
      secret.replace('vsk', 'vst'),
      'Bearer x',
      makeSecret('key').secret,
    ]) {
      expect(await access.bearers.resolve(text, from)).toBeUndefined();
    }
  });

  test('the right prefix with another secret is nobody, and an entry', async () => {
    const { key, secret } = await issue();
    const other = makeSecret('key').secret;
    const { crc32 } = await import('node:zlib');
    const body = key.prefix + other.slice(16, 60);
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    let left = crc32(body);
    let sum = '';
    for (let i = 0; i < 6; i++) {
      sum = digits[left % 62] + sum;
      left = Math.floor(left / 62);
    }
    expect(await access.bearers.resolve(body + sum, from)).toBeUndefined();
    expect(await entries('key.refused')).toMatchObject([
      { actor: { kind: 'anonymous' }, object: { id: key.id }, reasons: ['wrong-secret'], decision: 'deny' },
    ]);
    expect(await access.bearers.resolve(secret, from)).toBeDefined();
  });

  test('a revoked key is refused by its holder’s own process at once, and by a process that heard nothing within a second', async () => {
    const { service, key, secret } = await issue();
    const listeners = new Set<(topic: string, message: string) => void>();
    const near = openAccess(testBus(listeners));
    const hearing = openAccess(testBus(listeners));
    const deaf = openAccess(testBus(listeners, { isDeaf: true }));
    for (const one of [near, hearing, deaf]) expect(await one.bearers.resolve(secret, from)).toBeDefined();
    await near.keys.revoke(ada(), { serviceId: service.id, keyId: key.id });
    for (const one of [near, hearing]) {
      await expect(one.bearers.resolve(secret, from)).rejects.toMatchObject({
        code: 'credential-revoked',
        httpStatus: 401,
      });
    }
    expect(await deaf.bearers.resolve(secret, from)).toBeDefined();
    elapsed.now += maxStaleMs + 1;
    expect(maxStaleMs).toBeLessThan(1000);
    await expect(deaf.bearers.resolve(secret, from)).rejects.toMatchObject({ code: 'credential-revoked' });
    expect(await entries('key.revoke')).toHaveLength(1);
  });

  test('revoking twice is one entry', async () => {
    const { service, key } = await issue();
    await access.keys.revoke(ada(), { serviceId: service.id, keyId: key.id });
    await access.keys.revoke(ada(), { serviceId: service.id, keyId: key.id });
    expect(await entries('key.revoke')).toHaveLength(1);
    const elsewhere = await makeService('another');
    await expect(access.keys.revoke(ada(), { serviceId: elsewhere.id, keyId: key.id })).rejects.toMatchObject({
      code: 'key-unknown',
    });
  });

  test('a key expires on its day, on the warm path too', async () => {
    const { secret } = await issue({ expiresInDays: 1 });
    clock.now += DAY_MS - 1;
    expect(await access.bearers.resolve(secret, from)).toBeDefined();
    clock.now += 1;
    await expect(access.bearers.resolve(secret, from)).rejects.toMatchObject({ code: 'credential-expired' });
  });

  test('a key is accepted from its networks only', async () => {
    const { secret } = await issue({ networks: ['10.0.0.0/8'] });
    expect(await access.bearers.resolve(secret, { address: '::ffff:10.9.9.9' })).toBeDefined();
    await expect(access.bearers.resolve(secret, from)).rejects.toMatchObject({
      code: 'credential-network',
      httpStatus: 403,
    });
    expect(await entries('key.refused')).toMatchObject([{ reasons: ['network'] }]);
    const [{ personal } = {}] = await entries('key.refused');
    expect(personal?.['address']).toMatch(/^sha256:/);
  });

  test('a flood with a revoked key is two entries a window: the first use, and how many more', async () => {
    const { service, key, secret } = await issue();
    await access.keys.revoke(ada(), { serviceId: service.id, keyId: key.id });
    for (let i = 0; i < 500; i++) await access.bearers.resolve(secret, from).catch(() => undefined);
    expect(await entries('key.refused')).toHaveLength(1);
    clock.now += 5 * MINUTE_MS;
    await access.bearers.resolve(secret, from).catch(() => undefined);
    const refused = await entries('key.refused');
    expect(refused.map(({ data }) => data?.['more'])).toEqual([undefined, 499, undefined]);
  });

  test('too many unknown secrets refuse the address, but not the keys that are in use behind it', async () => {
    const { secret } = await issue();
    const { secret: cold } = await issue();
    await access.bearers.resolve(secret, from);
    const guess = () => access.bearers.resolve(makeSecret('key').secret, from);
    for (let i = 0; i < 20; i++) expect(await guess()).toBeUndefined();
    await expect(guess()).rejects.toMatchObject({ code: 'too-many-unknown', httpStatus: 429 });
    await expect(access.bearers.resolve(cold, from)).rejects.toMatchObject({ code: 'too-many-unknown' });
    elapsed.now += maxStaleMs + 1;
    expect(await access.bearers.resolve(secret, from)).toBeDefined();
    expect(await access.bearers.resolve(cold, { address: '192.0.2.8' })).toBeDefined();
    clock.now += MINUTE_MS + 1;
    expect(await guess()).toBeUndefined();
  });

  test('a rotated key and its successor both hold during the overlap, then the successor only', async () => {
    const { service, key, secret } = await issue({ networks: ['192.0.2.0/24'] });
    clock.now += 10 * DAY_MS;
    const next = await access.keys.rotate(ada(), { serviceId: service.id, keyId: key.id }, 3600);
    expect(next.key).toMatchObject({
      scopes: ['models.read'],
      networks: ['192.0.2.0/24'],
      state: 'active',
      name: 'nightly',
    });
    expect(Date.parse(next.key.expiresAt) - clock.now).toBe(90 * DAY_MS);
    const [, old] = (await access.keys.list(service.id, { limit: 10 })).items;
    expect(old).toMatchObject({ id: key.id, state: 'rotating', replacedBy: next.key.id });
    expect(await access.bearers.resolve(secret, from)).toBeDefined();
    expect(await access.bearers.resolve(next.secret, from)).toBeDefined();
    clock.now += 3600 * 1000;
    await expect(access.bearers.resolve(secret, from)).rejects.toMatchObject({ code: 'credential-expired' });
    expect(await access.bearers.resolve(next.secret, from)).toBeDefined();
    expect(await entries('key.rotate')).toMatchObject([{ data: { replaces: key.id, overlapSeconds: 3600 } }]);
  });

  test('of two who rotate a key at once, one makes a successor', async () => {
    const { service, key } = await issue();
    const place = { serviceId: service.id, keyId: key.id };
    const both = await Promise.allSettled([access.keys.rotate(ada(), place, 60), access.keys.rotate(ada(), place, 60)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await access.keys.list(service.id, { limit: 10 })).items).toHaveLength(2);
    expect(await entries('key.rotate')).toHaveLength(1);
  });

  test('nobody issues or rotates a key that can do more than he can', async () => {
    const service = await makeService();
    grants.set(service.id, [{ role: 'administrator', scope: { kind: 'server' } }]);
    const request = { name: 'x', scopes: ['policies.decide' as const], networks: [], expiresInDays: 1 };
    await expect(access.keys.issue(ada(), service.id, request)).rejects.toMatchObject({
      code: 'beyond-own-power',
      httpStatus: 403,
    });
    power.add('policies.decide');
    const { key } = await access.keys.issue(ada(), service.id, request);
    power.delete('policies.decide');
    await expect(access.keys.rotate(ada(), { serviceId: service.id, keyId: key.id }, 60)).rejects.toMatchObject({
      code: 'beyond-own-power',
    });
  });

  test('a service has a bounded number of live keys', async () => {
    const { service, key } = await issue();
    const request = { name: 'x', scopes: ['models.read' as const], networks: [], expiresInDays: 1 };
    for (let i = 1; i < 50; i++) await access.keys.issue(ada(), service.id, request);
    await expect(access.keys.issue(ada(), service.id, request)).rejects.toMatchObject({ code: 'too-many-keys' });
    await access.keys.revoke(ada(), { serviceId: service.id, keyId: key.id });
    await access.keys.issue(ada(), service.id, request);
  });

  test('disabling ends keys and tokens for good', async () => {
    const { service, key, secret } = await issue();
    const token = await access.tokens.issue(grant({ id: key.id, secret }));
    await access.accounts.change(ada(), service.id, { state: 'disabled' });
    await expect(access.bearers.resolve(secret, from)).rejects.toMatchObject({ httpStatus: 401 });
    await expect(access.bearers.resolve(token.access_token, from)).rejects.toMatchObject({ httpStatus: 401 });
    const request = { name: 'x', scopes: ['models.read' as const], networks: [], expiresInDays: 1 };
    await expect(access.keys.issue(ada(), service.id, request)).rejects.toMatchObject({ code: 'service-disabled' });
    await access.accounts.change(ada(), service.id, { state: 'active' });
    await expect(access.bearers.resolve(secret, from)).rejects.toMatchObject({ code: 'credential-revoked' });
    await access.keys.issue(ada(), service.id, request);
    expect((await entriesOf(testStore.store)).map(({ activity }) => activity)).toEqual(
      expect.arrayContaining(['service.make', 'service.disable', 'service.enable']),
    );
  });

  test('an owner is a person whose account is active; what shows it is a service', async () => {
    const { service } = await issue();
    const gone = await addPerson(testStore.store, { name: 'Bob', state: 'disabled' });
    for (const ownerId of [gone, 'per_00000000000000000000000000', service.id]) {
      await expect(access.accounts.change(ada(), service.id, { ownerId })).rejects.toMatchObject({
        code: 'owner-unacceptable',
      });
    }
    await expect(
      access.accounts.make(callerOf('service', service.id), { name: 'x', description: '' }),
    ).rejects.toMatchObject({
      code: 'owner-unacceptable',
    });
    const eve = await addPerson(testStore.store, { name: 'Eve' });
    const changed = await access.accounts.change(ada(), service.id, { ownerId: eve, name: 'renamed' });
    expect(changed).toMatchObject({ name: 'renamed', owner: { id: eve, name: 'Eve' }, keys: 1 });
  });

  test('services whose owner has left and keys that end without a successor are counted for the overview', async () => {
    const { service } = await issue({ expiresInDays: 15 });
    expect(await access.accounts.attention()).toEqual({ ownerless: 0, endingKeys: 0 });
    clock.now += DAY_MS;
    const { key } = await issue({ expiresInDays: 15 });
    expect(await access.accounts.attention()).toEqual({ ownerless: 0, endingKeys: 1 });
    await testStore.store.change(async ({ sql }) => {
      await sql.updateTable('people').set({ state: 'disabled' }).where('id', '=', owner).execute();
    });
    expect(await access.accounts.attention()).toEqual({ ownerless: 2, endingKeys: 1 });
    const [ending] = (await access.keys.list(service.id, { limit: 1 })).items;
    await access.keys.rotate(ada(), { serviceId: service.id, keyId: ending?.id ?? '' }, 60);
    await access.keys.revoke(ada(), { serviceId: key.serviceId, keyId: key.id });
    expect(await access.accounts.attention()).toEqual({ ownerless: 2, endingKeys: 0 });
  });

  test('services are listed newest first, by page and by name', async () => {
    for (const name of ['alpha', '100%', 'alphabet', 'Beta_1']) {
      clock.now += 1;
      await makeService(name);
    }
    const first = await access.accounts.list({ limit: 3 });
    expect(first.items.map(({ name }) => name)).toEqual(['Beta_1', 'alphabet', '100%']);
    const rest = await access.accounts.list({ limit: 3, cursor: first.next ?? '' });
    expect(rest).toMatchObject({ items: [{ name: 'alpha' }], next: null });
    const named = async (search: string) =>
      (await access.accounts.list({ limit: 9, search })).items.map(({ name }) => name);
    expect(await named('ALPHA')).toEqual(['alphabet', 'alpha']);
    expect(await named('%')).toEqual(['100%']);
    expect(await named('_')).toEqual(['Beta_1']);
    expect(await named('\\')).toEqual([]);
  });

  test('when and from where a key was last used is written later, in one go', async () => {
    const { service, secret } = await issue();
    clock.now += 5000;
    await access.bearers.resolve(secret, from);
    expect((await access.keys.list(service.id, { limit: 1 })).items[0]?.lastUsedAt).toBeNull();
    const usedAt = clock.now;
    clock.now += 1;
    await access.close();
    const [key] = (await access.keys.list(service.id, { limit: 1 })).items;
    expect(key).toMatchObject({ lastUsedAt: new Date(usedAt).toISOString(), lastUsedFrom: from.address });
    expect((await access.accounts.show(service.id)).lastUsedAt).toBe(new Date(usedAt).toISOString());
  });

  const grant = ({ id, secret, scope }: { id: string; secret: string; scope?: string }) => ({
    request: { grant_type: 'client_credentials', client_id: id, client_secret: secret, scope },
    basic: null,
    ...from,
  });

  test('a key is exchanged for a short-lived token that may do the same or less (RFC 6749 section 4.4)', async () => {
    const { service, key, secret } = await issue({ scopes: ['models.read', 'models.write'] });
    const whole = await access.tokens.issue(grant({ id: key.id, secret }));
    expect(whole).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'models.read models.write' });
    const part = await access.tokens.issue({
      request: { grant_type: 'client_credentials', scope: 'models.read' },
      basic: { id: service.id, secret },
      ...from,
    });
    expect(part.scope).toBe('models.read');
    expect(await access.bearers.resolve(part.access_token, from)).toMatchObject({
      principal: { kind: 'service', id: service.id },
      credential: { kind: 'token' },
      scopes: ['models.read'],
    });
    await expect(access.tokens.issue(grant({ id: key.id, secret, scope: 'people.read' }))).rejects.toMatchObject({
      code: 'invalid_scope',
    });
    clock.now += 900_000;
    await expect(access.bearers.resolve(part.access_token, from)).rejects.toMatchObject({ code: 'credential-expired' });
    expect(await entries('token.refused')).toHaveLength(0);
    expect(await entries('token.issue')).toHaveLength(2);
  });

  test('a token ends with its key: revoked, expired, and from another network', async () => {
    const { service, key, secret } = await issue({ networks: ['192.0.2.0/24'], expiresInDays: 1 });
    clock.now += DAY_MS - MINUTE_MS;
    const { access_token: token, expires_in: expiresIn } = await access.tokens.issue(grant({ id: key.id, secret }));
    expect(expiresIn).toBe(60);
    expect(await access.bearers.resolve(token, from)).toBeDefined();
    await expect(access.bearers.resolve(token, { address: '203.0.113.1' })).rejects.toMatchObject({
      code: 'credential-network',
    });
    await access.keys.revoke(ada(), { serviceId: service.id, keyId: key.id });
    await expect(access.bearers.resolve(token, from)).rejects.toMatchObject({ code: 'credential-revoked' });
    await expect(access.tokens.issue(grant({ id: key.id, secret }))).rejects.toMatchObject({
      code: 'invalid_client',
      httpStatus: 401,
    });
  });

  test('a token is revoked by showing it, and what is unknown is gone already (RFC 7009 section 2.2)', async () => {
    const { key, secret } = await issue();
    const { access_token: token } = await access.tokens.issue(grant({ id: key.id, secret }));
    await access.bearers.resolve(token, from);
    await access.tokens.revoke(token, from);
    await access.tokens.revoke(token, from);
    await access.tokens.revoke('nonsense', from);
    await access.tokens.revoke(secret, from);
    await expect(access.bearers.resolve(token, from)).rejects.toMatchObject({ code: 'credential-revoked' });
    expect(await access.bearers.resolve(secret, from)).toBeDefined();
    expect(await entries('token.revoke')).toHaveLength(1);
  });

  test('a token makes no token, an id must fit its key, and tokens are limited', async () => {
    const { key, secret } = await issue();
    const other = await issue();
    const { access_token: token } = await access.tokens.issue(grant({ id: key.id, secret }));
    await expect(access.tokens.issue(grant({ id: key.id, secret: token }))).rejects.toMatchObject({
      code: 'invalid_client',
    });
    await expect(access.tokens.issue(grant({ id: other.key.id, secret }))).rejects.toMatchObject({
      code: 'invalid_client',
    });
    for (let i = 1; i < 120; i++) await access.tokens.issue(grant({ id: key.id, secret }));
    await expect(access.tokens.issue(grant({ id: key.id, secret }))).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      httpStatus: 429,
    });
    clock.now += 16 * MINUTE_MS;
    await access.tokens.issue(grant({ id: key.id, secret }));
    const { held } = await testStore.store.read
      .selectFrom('service_tokens')
      .select((row) => row.fn.countAll<number>().as('held'))
      .executeTakeFirstOrThrow();
    expect(held).toBe(1);
  });
});
