/**
 * Measures how many callers a second are told apart by their keys: warm (used within the last moment), cold (looked up), beside keys that are
 * hashed as passwords are. Prints a table in Markdown.
 *
 * usage: node bench/keys.ts [--keys N] [--seconds N]
 */
import { argon2Sync, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Caller } from '../src/access/caller.ts';
import { openServiceAccess } from '../src/access/services/open-services.ts';
import { makeSecret } from '../src/access/services/secret.ts';
import { MemoryCounters } from '../src/store/counters/memory-counters.ts';
import { newId } from '../src/store/new-id.ts';
import { openStore } from '../src/store/open-store.ts';

const { values } = parseArgs({
  options: { keys: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '2' } },
});
const keys = Number(values.keys);
const runMs = Number(values.seconds) * 1000;

/** OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
const ARGON2 = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-'));
try {
  console.log(await bench());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bench(): Promise<string> {
  const store = await openStore({ records: { column: 'sqlite', folder }, enqueue: () => Promise.reject(new Error()) });
  const seen = { now: 0 };
  const access = openServiceAccess({
    store,
    bus: { publish: () => undefined, subscribe: () => () => undefined, close: async () => undefined },
    counters: new MemoryCounters(),
    authorizer: {
      decide: async () => ({ allowed: true, policies: [], policyVersion: 1, grants: [], reasons: [] }),
    },
    grantsOf: async () => new Map(),
    clock: Date.now,
    elapsedMs: () => seen.now,
    onFault: (error) => console.error(error),
  });
  const secrets = await issueKeys(access, store);
  const resolve = (at: number) => access.bearers.resolve(secrets[at % keys] ?? '', { address: '192.0.2.1' });
  for (let at = 0; at < keys; at++) await resolve(at);
  const warm = await rate(resolve);
  const cold = await rate((at) => {
    // Everything that is remembered becomes too old.
    seen.now += 1000;
    return resolve(at);
  });
  const mistyped = await rate(async (at) =>
    access.bearers.resolve(`${secrets[at % keys]?.slice(0, -1)}!`, { address: '' }),
  );
  await access.close();
  await store.close();
  return section([
    ['a key that was used a moment ago', warm],
    ['a key that is looked up (SQLite)', cold],
    ['a mistyped key, refused by its checksum', mistyped],
    ['argon2id of the key (19 MiB, 2 passes), without a look-up', await rate(argon2Check())],
    ['scrypt of the key (N = 2^14), without a look-up', await rate(scryptCheck())],
  ]);
}

async function issueKeys(
  access: ReturnType<typeof openServiceAccess>,
  store: Awaited<ReturnType<typeof openStore>>,
): Promise<readonly string[]> {
  const id = newId('person');
  await store.change(async ({ sql }) => {
    const times = { created_at: 1, activated_at: 1, last_seen_at: null, locked_until: null };
    await sql
      .insertInto('people')
      .values({ id, state: 'active', webauthn_id: id, ...times })
      .execute();
  });
  const caller = { principal: { kind: 'person', id } } as unknown as Caller;
  const secrets: string[] = [];
  let serviceId = '';
  for (let at = 0; at < keys; at++) {
    // No service has more than fifty.
    if (at % 50 === 0) serviceId = (await access.accounts.make(caller, { name: `service ${at}`, description: '' })).id;
    const request = { name: 'k', scopes: ['models.read'], networks: [], expiresInDays: 1 } as const;
    secrets.push((await access.keys.issue(caller, serviceId, request)).secret);
  }
  return secrets;
}

/** Times a second that something is done, one after the other. */
async function rate(once: (at: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  while (performance.now() - startedAt < runMs) {
    for (let at = 0; at < 10; at++) await once(done++);
  }
  return (done / (performance.now() - startedAt)) * 1000;
}

function argon2Check(): () => Promise<boolean> {
  const { secret } = makeSecret('key');
  const nonce = randomBytes(16);
  const tag = () => argon2Sync('argon2id', { message: secret, nonce, ...ARGON2 });
  const kept = tag();
  return async () => timingSafeEqual(tag(), kept);
}

function scryptCheck(): () => Promise<boolean> {
  const { secret } = makeSecret('key');
  const salt = randomBytes(16);
  const tag = () => scryptSync(secret, salt, 32);
  const kept = tag();
  return async () => timingSafeEqual(tag(), kept);
}

function section(rows: readonly (readonly [what: string, perSecond: number])[]): string {
  const shown = rows.map(([what, perSecond]) => {
    const micros = 1_000_000 / perSecond;
    return `| ${what} | ${Math.round(perSecond).toLocaleString('en')} | ${micros < 100 ? micros.toFixed(1) : Math.round(micros).toLocaleString('en')} |`;
  });
  return `${keys.toLocaleString('en')} keys, one caller after the other, ${cpus()[0]?.model ?? 'unknown processor'}.

| what is shown | a second | µs each |
|---|---:|---:|
${shown.join('\n')}
`;
}
