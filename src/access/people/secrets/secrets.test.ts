import { existsSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openKeyFile } from './key-file.ts';
import { hashToken, newToken } from './one-time-token.ts';
import { makeServerSecrets } from './server-secrets.ts';
import { checkTicket, issueTicket } from './ticket.ts';

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rootA = Buffer.alloc(32, 1);
const rootB = Buffer.alloc(32, 2);
const plain = Buffer.from('a secret of an app');
const unreadable = expect.objectContaining({ code: 'sealed-unreadable' });

test('what is sealed opens in its place only, and not changed', () => {
  const secrets = makeServerSecrets([rootA]);
  const sealed = secrets.seal(plain, 'totp per_1');
  expect(Buffer.from(secrets.open(sealed, 'totp per_1'))).toEqual(plain);
  expect(secrets.seal(plain, 'totp per_1')).not.toBe(sealed);
  expect(sealed).not.toContain(plain.toString('base64url'));
  expect(() => secrets.open(sealed, 'totp per_2')).toThrow(unreadable);
  expect(() => makeServerSecrets([rootB]).open(sealed, 'totp per_1')).toThrow(unreadable);
  for (const at of [9, 20, 30, sealed.length - 2]) {
    const other = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    expect(() => secrets.open(other, 'totp per_1')).toThrow(unreadable);
  }
  for (const broken of ['', '.', sealed.slice(0, 12), sealed.slice(9)]) {
    expect(() => secrets.open(broken, 'totp per_1')).toThrow(unreadable);
  }
});

test('a new key seals, the old one still opens', () => {
  const sealed = makeServerSecrets([rootA]).seal(plain, 'x');
  const rotated = makeServerSecrets([rootB, rootA]);
  expect(Buffer.from(rotated.open(sealed, 'x'))).toEqual(plain);
  expect(() => makeServerSecrets([rootA]).open(rotated.seal(plain, 'x'), 'x')).toThrow(unreadable);
});

test('parts of a digest are not taken for one another, nor purposes', () => {
  const secrets = makeServerSecrets([rootA]);
  const mac = (purpose: string, parts: readonly string[]) => secrets.mac(purpose, parts).toString('hex');
  expect(mac('a', ['b', 'c'])).toBe(mac('a', ['b', 'c']));
  const different = [
    mac('a', ['b', 'c']),
    mac('a', ['bc']),
    mac('a', ['bc', '']),
    mac('a', ['b:c']),
    mac('b', ['b', 'c']),
  ];
  expect(new Set(different).size).toBe(different.length);
});

test('a ticket counts for its use, its holder and its time', () => {
  const secrets = makeServerSecrets([rootA]);
  const use = { purpose: 'passkey-verify', binding: 'ses_1' } as const;
  const ticket = issueTicket(secrets, use, 2000).toString('base64url');
  expect(checkTicket(secrets, use, ticket, 1000)).toBe(2000);
  expect(checkTicket(secrets, use, ticket, 2000)).toBeNull();
  expect(checkTicket(secrets, { ...use, binding: 'ses_2' }, ticket, 1000)).toBeNull();
  expect(checkTicket(secrets, { ...use, purpose: 'passkey-add' }, ticket, 1000)).toBeNull();
  expect(checkTicket(makeServerSecrets([rootB]), use, ticket, 1000)).toBeNull();
  for (const other of ['', 'A', `${ticket}A`, ticket.slice(1), `${ticket}=`, `B${ticket.slice(1)}`]) {
    if (other !== ticket) expect(checkTicket(secrets, use, other, 1000)).toBeNull();
  }
  expect(issueTicket(secrets, use, 2000).toString('base64url')).not.toBe(ticket);
});

test('tokens have 256 bits, and only their hash is kept', () => {
  const token = newToken();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(newToken()).not.toBe(token);
  expect(hashToken(token)).not.toBe(token);
});

test('a key file is made once, for its owner alone, whoever comes first', async () => {
  const path = join(folder, 'made.key');
  const all = await Promise.all([1, 2, 3, 4].map(() => openKeyFile(path, { mayMake: true })));
  const sealed = all[0]?.seal(plain, 'x') ?? '';
  for (const secrets of all) expect(Buffer.from(secrets.open(sealed, 'x'))).toEqual(plain);
  expect(statSync(path).mode % 0o1000).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toMatch(/^[\w-]{43}\n$/);
});

test.each([
  ['nothing', ''],
  ['a short key', 'AAAA\n'],
  ['too much', 'A'.repeat(5000)],
])('a key file with %s is refused', async (name, content) => {
  const path = join(folder, `${name}.key`);
  writeFileSync(path, content, { mode: 0o600 });
  await expect(openKeyFile(path, { mayMake: true })).rejects.toMatchObject({ code: 'key-unreadable' });
});

test('a key file that others can read is refused', async () => {
  const path = join(folder, 'open.key');
  await openKeyFile(path, { mayMake: true });
  chmodSync(path, 0o640);
  await expect(openKeyFile(path, { mayMake: true })).rejects.toMatchObject({ code: 'key-permissions' });
});

test('a key file that is lost is not made anew where accounts depend on it', async () => {
  const path = join(folder, 'lost.key');
  await expect(openKeyFile(path, { mayMake: false })).rejects.toMatchObject({ code: 'key-missing' });
  expect(existsSync(path)).toBe(false);
});
