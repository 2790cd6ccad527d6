import { expect, test } from 'vitest';
import { defaultCost, hashPassword, isOutdated, verifyPassword } from './argon2.ts';

const light = { memoryKiB: 64, passes: 1, lanes: 1 };

test('a hash verifies its password and no other, and no two are the same', async () => {
  const phc = await hashPassword('correct horse', light);
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword('correct horse', phc)).toBe(true);
  expect(await verifyPassword('correct horsf', phc)).toBe(false);
  expect(await hashPassword('correct horse', light)).not.toBe(phc);
});

test('the hash of the reference implementation of Argon2 verifies', async () => {
  // `argon2 somesalt -id -t 2 -m 16 -p 1` of phc-winner-argon2, test.c.
  const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await verifyPassword('password', phc)).toBe(true);
  expect(await verifyPassword('differentpassword', phc)).toBe(false);
});

test('NIST SP 800-63B-4, 3.1.1.2: one password typed as other code points is the same', async () => {
  const phc = await hashPassword('Gr\u00FC\u00DFe aus K\u00F6ln \uFB01', light);
  expect(await verifyPassword('Gru\u0308\u00DFe aus Ko\u0308ln fi', phc)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['another algorithm', '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  [
    'more memory than the server has',
    '$argon2id$v=19$m=9999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ],
  [
    'more passes than anybody waits for',
    '$argon2id$v=19$m=64,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ],
  ['too little memory', '$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ['no tag', '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$'],
])('a record with %s matches nothing', async (_, phc) => {
  expect(await verifyPassword('password', phc)).toBe(false);
  expect(isOutdated(phc, light)).toBe(true);
});

test('a weaker hash is outdated, an equal one is not; the default is that of OWASP', async () => {
  const phc = await hashPassword('correct horse', light);
  expect(isOutdated(phc, light)).toBe(false);
  expect(isOutdated(phc, { ...light, memoryKiB: 65 })).toBe(true);
  expect(isOutdated(phc, { ...light, passes: 2 })).toBe(true);
  expect(defaultCost).toEqual({ memoryKiB: 19456, passes: 2, lanes: 1 });
});
