import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf, makeSecret, opens, parseSecret, SECRET_CHARACTERS, SECRET_PATTERN } from './secret.ts';

describe('a secret', () => {
  test('says its kind and prefix, and opens its own digest only', () => {
    for (const kind of ['key', 'token'] as const) {
      const made = makeSecret(kind);
      expect(made.secret).toMatch(SECRET_PATTERN);
      expect(made.secret).toHaveLength(SECRET_CHARACTERS);
      expect(parseSecret(made.secret)).toEqual({ kind, prefix: made.prefix });
      expect(opens(made.secret, made.digest)).toBe(true);
      expect(opens(makeSecret(kind).secret, made.digest)).toBe(false);
      expect(opens(made.secret, made.digest.subarray(1))).toBe(false);
    }
  });

  test('has 256 bits that repeat nowhere', () => {
    const bodies = new Set(Array.from({ length: 2000 }, () => makeSecret('key').secret.slice(17, 60)));
    expect(bodies.size).toBe(2000);
    expect([...bodies].every((body) => body.length === 43)).toBe(true);
  });

  test('with one wrong or two swapped characters is refused without a look-up', () => {
    const { secret } = makeSecret('key');
    for (let at = 0; at < secret.length; at++) {
      const other = secret[at] === 'a' ? 'b' : 'a';
      expect(parseSecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
      const pair = secret.slice(at, at + 2);
      if (pair.length < 2 || pair[0] === pair[1]) continue;
      expect(parseSecret(secret.slice(0, at) + pair[1] + pair[0] + secret.slice(at + 2))).toBeNull();
    }
  });

  test('is never found in any other text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => parseSecret(text) === null));
    expect(parseSecret(`${makeSecret('key').secret}\n`)).toBeNull();
    expect(parseSecret('')).toBeNull();
  });

  test('has the documented form, worked out by hand (CRC-32 of "vsk_000000000000_" and 43 zeros)', () => {
    const body = `vsk_000000000000_${'0'.repeat(43)}`;
    const crc = [...Buffer.from(body)].reduce((sum, byte) => {
      let left = (sum ^ byte) >>> 0;
      for (let bit = 0; bit < 8; bit++) left = (left & 1) === 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
      return left >>> 0;
    }, 0xffffffff);
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    let left = (crc ^ 0xffffffff) >>> 0;
    let sum = '';
    for (let i = 0; i < 6; i++) {
      sum = digits[left % 62] + sum;
      left = Math.floor(left / 62);
    }
    expect(parseSecret(body + sum)).toEqual({ kind: 'key', prefix: 'vsk_000000000000' });
    expect(Buffer.from(digestOf('')).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
});
