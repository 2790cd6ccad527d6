import { expect, test } from 'vitest';
import { base32 } from './base32.ts';
import { hotp, matchingStep, totpStep, totpUri } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

test.each([
  [0, '755224'],
  [1, '287082'],
  [2, '359152'],
  [3, '969429'],
  [4, '338314'],
  [5, '254676'],
  [6, '287922'],
  [7, '162583'],
  [8, '399871'],
  [9, '520489'],
])('RFC 4226, appendix D: counter %i', (counter, code) => expect(hotp(secret, counter)).toBe(code));

test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('RFC 6238, appendix B: second %i', (second, code) => expect(hotp(secret, totpStep(second * 1000), 8)).toBe(code));

test('a code counts in its own step and those beside it, and never after it was used', () => {
  const atMs = 1_111_111_111_000;
  const step = totpStep(atMs);
  const match = (offset: number, lastStep = 0) => matchingStep(secret, hotp(secret, step + offset), { atMs, lastStep });
  expect([-2, -1, 0, 1, 2].map((offset) => match(offset))).toEqual([null, step - 1, step, step + 1, null]);
  expect(match(0, step - 1)).toBe(step);
  expect(match(0, step)).toBeNull();
  expect(match(-1, step)).toBeNull();
  expect(match(1, step)).toBe(step + 1);
});

test.each(['', '12345', '1234567', '٠٥٠٤٧١'])('%s is no code', (code) =>
  expect(matchingStep(secret, code, { atMs: 1_111_111_111_000, lastStep: 0 })).toBeNull(),
);

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('RFC 4648, section 10, without padding: %s', (text, encoded) => expect(base32(Buffer.from(text))).toBe(encoded));

test('what an app scans names issuer and account, escaped', () => {
  const uri = totpUri(secret, { issuer: 'Vouchsafe', account: 'a+b@example.org' });
  expect(uri).toBe(
    'otpauth://totp/Vouchsafe:a%2Bb%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Vouchsafe&algorithm=SHA1&digits=6&period=30',
  );
});
