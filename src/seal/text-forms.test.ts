import { randomBytes } from 'node:crypto';
import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { decodeBech32, encodeBech32 } from './bech32.ts';
import { SealError } from './errors.ts';
import {
  generateIdentity,
  parseIdentities,
  parseIdentity,
  parseRecipient,
  parseRecipients,
} from './keys/parse-keys.ts';

describe('base 64 without padding (RFC 4648 section 3.5)', () => {
  test('round trip', () => {
    assert(property(uint8Array(), (bytes) => decodeBase64(encodeBase64(bytes))?.equals(bytes) === true));
  });

  test.each(['A', 'AB', 'AA=', 'AA==', 'A A', 'AA\n', 'A_', 'AAAAB'])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

describe('Bech32 (BIP 173)', () => {
  test.each([
    'A12UEL5L',
    'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
    'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
    'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
  ])('takes the valid %s', (text) => {
    const decoded = decodeBech32(text);
    // The last is valid Bech32 whose words are no whole bytes.
    if (decoded !== null) expect(encodeBech32(decoded.prefix, decoded.bytes)).toBe(text.toLowerCase());
  });

  test.each([
    ['a separator is missing', 'pzry9x0s0muk'],
    ['the human-readable part is empty', '1pzry9x0s0muk'],
    ['a character is no Bech32', 'x1b4n0q5v'],
    ['the checksum is too short', 'li1dgmt3'],
    ['the checksum is wrong', 'A1G7SGD8'],
    ['both cases are used', 'A12uEL5L'],
  ])('refuses what BIP 173 lists as invalid: %s', (_, text) => {
    expect(decodeBech32(text)).toBeNull();
  });

  test('round trip without the limit of 90 characters', () => {
    assert(
      property(uint8Array({ minLength: 0, maxLength: 1300 }), (bytes) => {
        const decoded = decodeBech32(encodeBech32('age1pq', bytes));
        return decoded?.prefix === 'age1pq' && decoded.bytes.equals(bytes);
      }),
      { numRuns: 50 },
    );
  });
});

describe('keys', () => {
  // The examples of C2SP age, "The X25519 recipient type".
  const identity = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';
  const recipient = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj';

  test('the recipient of the identity in the specification', () => {
    expect(parseIdentity(identity, 'here').recipient.toString()).toBe(recipient);
  });

  test('the post-quantum identity in the specification', () => {
    const hybrid = parseIdentity(
      'AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR',
      'here',
    );
    expect(hybrid.recipient.toString().slice(0, 60)).toBe(
      'age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg8',
    );
    expect(hybrid.recipient.toString()).toHaveLength(1959);
  });

  test.each([false, true])('generated keys can be read again (post-quantum: %s)', (isPostQuantum) => {
    const generated = generateIdentity(isPostQuantum);
    expect(parseIdentity(generated.identity, 'here').recipient.toString()).toBe(generated.recipient);
    expect(parseRecipient(generated.recipient).kind).toBe(isPostQuantum ? 'post-quantum' : 'classical');
  });

  test('files of keys have comments, empty lines and several keys', () => {
    const text = `# created\n\n  ${identity}\r\n# another\n${identity}\n`;
    expect(parseIdentities(text, 'keys.txt')).toHaveLength(2);
    expect(parseRecipients(`# team\n${recipient}\n`, 'team.txt')).toHaveLength(1);
  });

  test.each([
    ['empty', ''],
    ['mistyped', identity.replace('GFPY', 'GFPX')],
    ['in lower case', identity.toLowerCase()],
    ['a recipient', recipient],
    ['of a plugin', encodeBech32('age-plugin-x-', randomBytes(32)).toUpperCase()],
    ['of the wrong length', encodeBech32('age-secret-key-', randomBytes(31)).toUpperCase()],
  ])('an identity that is %s is refused without being shown', (_, text) => {
    const error = failureOf(() => parseIdentities(`${text}\n`, 'keys.txt'));
    expect(error.code).toBe('identity-invalid');
    if (text !== '') expect(JSON.stringify([error.message, error.data])).not.toContain(text.slice(20, 40));
  });

  test.each([
    ['mistyped', recipient.replace('zvky', 'zvkx')],
    ['of SSH', 'ssh-ed25519 AAAA'],
    ['of a plugin', encodeBech32('age1yubikey', randomBytes(33))],
    [
      'post-quantum with an ML-KEM key that is not reduced (FIPS 203 section 7.2)',
      encodeBech32('age1pq', Buffer.alloc(1216, 0xff)),
    ],
  ])('a recipient that is %s is refused', (_, text) => {
    expect(failureOf(() => parseRecipient(text)).code).toBe('recipient-invalid');
  });

  test('an identity given as a recipient is not repeated in the message', () => {
    const error = failureOf(() => parseRecipient(identity));
    expect(JSON.stringify([error.message, error.data])).not.toContain(identity.slice(20));
  });
});

function failureOf(work: () => unknown): SealError {
  try {
    work();
  } catch (error) {
    if (error instanceof SealError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
