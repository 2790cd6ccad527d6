import { describe, expect, test } from 'vitest';
import { commitTo, opensCommitment } from './commitment.ts';
import { type EntryDraft, parseEntry, sealEntry, verifyOpening } from './entry.ts';
import { LedgerError } from './errors.ts';
import { leafHash } from './tree.ts';

const options = { id: 'ent_1', time: 1_700_000_000_000, salt: () => new Uint8Array(32).fill(7) };
const draft: EntryDraft = {
  class: 'authentication',
  activity: 'sign-in',
  actor: { kind: 'person', id: 'per_1' },
  object: { kind: 'session', id: 'ses_1', digest: undefined },
  decision: 'allow',
  outcome: 'success',
  severity: undefined,
  reasons: ['password', 'passkey'],
  policy: { id: 'pol_1', version: 3 },
  data: { zulu: 1, alpha: [true, null] },
  personal: { email: 'ada@example.org', name: '' },
};

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LedgerError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('an entry', () => {
  test('is canonical JSON with the class of OCSF, and its hash is that of a leaf', () => {
    const { bytes, leafHash: hash, entry } = sealEntry(draft, options);
    expect(text(bytes)).toMatch(
      /^\{"activity":"sign-in","actor":\{"id":"per_1","kind":"person"\},"class":"authentication","class_uid":3002,/,
    );
    expect(hash).toEqual(leafHash(bytes));
    expect(parseEntry(bytes)).toEqual(entry);
  });

  test('holds no personal value, only what opens with the salt kept beside', () => {
    const { bytes, entry, openings } = sealEntry(draft, options);
    expect(text(bytes)).not.toContain('ada@example.org');
    expect(openings.map(({ field }) => field)).toEqual(['email', 'name']);
    for (const opening of openings) {
      expect(verifyOpening(entry, opening)).toBe(true);
      expect(verifyOpening(entry, { ...opening, value: 'eve@example.org' })).toBe(false);
      expect(verifyOpening(entry, { ...opening, field: 'constructor' })).toBe(false);
      expect(verifyOpening(entry, { ...opening, salt: new Uint8Array(32) })).toBe(false);
      expect(verifyOpening(entry, { ...opening, salt: new Uint8Array(31) })).toBe(false);
      expect(verifyOpening({ ...entry, id: 'ent_2' }, opening)).toBe(false);
    }
  });

  test.each<[string, object, string]>([
    ['an unknown class', { class: 'gossip' }, 'entry.class'],
    ['a class that every object has', { class: 'constructor' }, 'entry.class'],
    ['an activity with spaces', { activity: 'Sign In' }, 'entry.activity'],
    ['an unknown kind of actor', { actor: { kind: 'robot', id: 'x' } }, 'actor.kind'],
    ['an actor with a name', { actor: { kind: 'person', id: 'x', name: 'Ada' } }, 'unknown member name'],
    ['an empty id', { actor: { kind: 'person', id: '' } }, 'actor.id'],
    ['a digest of another kind', { object: { kind: 'model', id: 'm', digest: 'md5:00' } }, 'object.digest'],
    ['an unknown decision', { decision: 'perhaps' }, 'entry.decision'],
    ['no outcome', { outcome: undefined }, 'entry.outcome'],
    ['too many reasons', { reasons: Array.from({ length: 65 }, () => 'x') }, 'entry.reasons'],
    ['a policy version that is no number', { policy: { id: 'p', version: '1' } }, 'policy.version'],
    ['data that is a list', { data: [1] }, 'entry.data'],
    ['an unknown member', { extra: 1 }, 'unknown member extra'],
    ['a member that every object has', { constructor: 1 }, 'unknown member constructor'],
    ['a personal field of a strange name', { personal: { 'e mail': 'x' } }, 'no name of a field'],
    ['a personal value that is no text', { personal: { email: 5 } }, 'personal.email'],
    ['half a surrogate pair', { data: { a: '\ud800' } }, 'surrogate'],
  ])('is refused with %s', (_name, change, where) => {
    const sealed = codeOf(() => sealEntry({ ...draft, ...change }, options));
    expect(sealed).toMatch(/^entry-invalid: /);
    expect(sealed).toContain(where);
  });

  test('is bounded in size and depth', () => {
    const filled = (chars: number): EntryDraft => ({ ...draft, data: { text: 'x'.repeat(chars) } });
    expect(sealEntry(filled(64_000), options).bytes.length).toBeLessThan(65_536);
    expect(codeOf(() => sealEntry(filled(66_000), options))).toMatch(/^entry-too-large: /);
    expect(codeOf(() => parseEntry(new Uint8Array(65_536)))).toMatch(/^entry-too-large: /);
    const deep = JSON.parse('{"a":'.repeat(16) + '1' + '}'.repeat(16)) as EntryDraft['data'];
    expect(codeOf(() => sealEntry({ ...draft, data: deep }, options))).toContain('nested too deeply');
  });

  test.each<[string, (canonical: string) => string]>([
    ['a space', (one) => one.replace(':', ': ')],
    ['another order', (one) => one.replace(/"activity":"sign-in",(.*)\}$/, '$1,"activity":"sign-in"}')],
    ['a key twice', (one) => one.replace('"activity":"sign-in"', '"activity":"sign-in","activity":"sign-in"')],
    ['another escape', (one) => one.replace('sign-in', 'sign\\u002din')],
    ['another number', (one) => one.replace('"version":3', '"version":3.0')],
    ['a line end', (one) => `${one}\n`],
    ['a byte order mark', (one) => `\ufeff${one}`],
    ['another version', (one) => one.replace(/"version":1\}$/, '"version":2}')],
    ['another class_uid', (one) => one.replace('3002', '3001')],
    ['nothing', () => ''],
    ['a value that is no object', () => '[]'],
  ])('is refused when it is read with %s', (_name, change) => {
    const canonical = text(sealEntry(draft, options).bytes);
    const changed = change(canonical);
    expect(changed).not.toBe(canonical);
    expect(codeOf(() => parseEntry(Buffer.from(changed)))).toMatch(/^entry-invalid: /);
  });

  test('is refused when it is not UTF-8', () => {
    const { bytes } = sealEntry(draft, options);
    const broken = Uint8Array.from(bytes);
    broken[15] = 0xff;
    expect(codeOf(() => parseEntry(broken))).toContain('not UTF-8');
  });
});

describe('a commitment', () => {
  const opening = { field: 'ab', salt: new Uint8Array(32), value: 'c' };

  test('does not stand for another split of the same characters', () => {
    const commitment = commitTo('id', opening);
    expect(opensCommitment(commitment, 'id', opening)).toBe(true);
    expect(opensCommitment(commitment, 'id', { ...opening, field: 'a', value: 'bc' })).toBe(false);
    expect(opensCommitment(commitment, 'ida', { ...opening, field: 'b' })).toBe(false);
  });

  test('is refused without a whole salt', () => {
    expect(codeOf(() => commitTo('id', { ...opening, salt: new Uint8Array(16) }))).toMatch(/^entry-invalid/);
  });

  test('is the hash of its parts, each after its length', () => {
    // Written out by hand: SHA-256 of 4-byte lengths and parts.
    expect(commitTo('id', opening)).toBe('sha256:dd5ae4d264ff5ded7ec9181cdde05318854d854be28830f3f5fced1421f15aa2');
  });
});
