import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../src/ledger/checkpoint-text.ts';
import { signCheckpoint, verifyCheckpoint } from '../../src/ledger/checkpoint.ts';
import { LedgerError } from '../../src/ledger/errors.ts';
import { formatNote, parseNote, withSignatures } from '../../src/ledger/note.ts';
import { noteSigner, verifySignatures } from '../../src/ledger/signature.ts';
import { formatVerifierKey, parseVerifierKey, verifierKey } from '../../src/ledger/verifier-key.ts';
import { makeLog, newSigner, ORIGIN } from './fixture.ts';

// golang.org/x/mod/sumdb/note, note_test.go.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const PETER_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

// c2sp.org/signed-note, "Example".
const FOO = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const FOO_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/c2sp/${name}`, import.meta.url), 'utf8');

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('vectors of others', () => {
  test.each([
    [PETER, `${PETER_TEXT}\n${PETER_LINE}`],
    [FOO, FOO_NOTE],
  ])('%s signed its note', (vkey, source) => {
    const key = parseVerifierKey(vkey);
    expect(formatVerifierKey(key)).toBe(vkey);
    const note = parseNote(source);
    expect(formatNote(note)).toBe(source);
    expect(verifySignatures(note, [key])).toEqual([{ key, time: null }]);
    const other = { ...note, text: note.text.replace('e', 'E') };
    expect(codeOf(() => verifySignatures(other, [key]))).toBe('signature-invalid');
  });

  test('the key of Go makes the signature that Go makes', () => {
    const seed = Buffer.from(PETER_SEED, 'base64').subarray(1);
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const signer = noteSigner({
      key: parseVerifierKey(PETER),
      signBytes: (message) => new Uint8Array(sign(null, message, secret)),
      clock: () => 0,
    });
    expect(formatNote({ text: PETER_TEXT, signatures: [signer.sign(PETER_TEXT)] })).toBe(
      `${PETER_TEXT}\n${PETER_LINE}`,
    );
  });

  test('a checkpoint that Go signed with ML-DSA-44 is verified', () => {
    const key = parseVerifierKey(fixture('mldsa-log.vkey').trim());
    const source = fixture('mldsa-log.checkpoint');
    expect(key).toMatchObject({ type: 'ml-dsa-44', name: 'example.com/mldsa-log' });
    const { checkpoint, signatures } = verifyCheckpoint(source, { keys: [key] });
    expect(checkpoint).toMatchObject({ origin: 'example.com/mldsa-log', size: 1 });
    expect(signatures).toEqual([{ key, time: 0 }]);
    const changed = source.replace('\n1\n', '\n2\n');
    expect(codeOf(() => verifyCheckpoint(changed, { keys: [key] }))).toBe('signature-invalid');
  });
});

describe('a verifier key', () => {
  test('is refused when any part of it is cut off or changed', () => {
    for (const vkey of [PETER, FOO]) {
      for (let at = 0; at < vkey.length; at += 1) {
        expect(codeOf(() => parseVerifierKey(vkey.slice(at + 1)))).toBe('key-unreadable');
        expect(codeOf(() => parseVerifierKey(vkey.slice(0, at)))).toBe('key-unreadable');
        const next = String.fromCharCode(vkey.charCodeAt(at) + 1);
        expect(codeOf(() => parseVerifierKey(vkey.slice(0, at) + next + vkey.slice(at + 1)))).toBe('key-unreadable');
      }
    }
  });

  test.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003b', 'a\nb', 'a\u0000b', 'x'.repeat(256), '\ud800'])(
    'does not have the name %j',
    (name) => {
      expect(codeOf(() => verifierKey(name, 'ed25519', new Uint8Array(32)))).toBe('key-unreadable');
    },
  );

  test('of another kind of signature has another id', () => {
    const publicKey = new Uint8Array(32);
    const ids = (['ed25519', 'ed25519-cosignature'] as const).map((type) => verifierKey('a', type, publicKey).keyId);
    expect(new Set(ids).size).toBe(2);
    expect(codeOf(() => verifierKey('a', 'ml-dsa-44', publicKey))).toBe('key-unreadable');
  });
});

describe('a note', () => {
  const whole = `${PETER_TEXT}\n${PETER_LINE}`;

  test.each<[string, string]>([
    ['no signature', PETER_TEXT],
    ['no empty line', PETER_TEXT + PETER_LINE],
    ['no last line end', whole.slice(0, -1)],
    ['text behind the signatures', `${whole}more\n`],
    ['a carriage return', whole.replace('\n', '\r\n')],
    ['a hyphen for the dash', whole.replace('—', '-')],
    ['two spaces', whole.replace('PeterNeumann ', 'PeterNeumann  ')],
    ['no name', whole.replace('PeterNeumann ', ' ')],
    ['base64 without padding', whole.replace('AM=', 'AM')],
    ['base64 with spare bits', whole.replace('AM=', 'AN=')],
    ['a signature of no bytes', `${PETER_TEXT}\n— PeterNeumann x08gow==\n`],
    ['half a surrogate pair', `\ud800${whole}`],
  ])('is refused with %s', (_name, source) => {
    expect(codeOf(() => parseNote(source))).toBe('malformed');
  });

  test('may hold empty lines, and an empty text line before the signatures', () => {
    expect(parseNote(`a\n\nb\n\n${PETER_LINE}`).text).toBe('a\n\nb\n');
  });

  test('is bounded', () => {
    expect(parseNote(`a\n\n${PETER_LINE.repeat(32)}`).signatures).toHaveLength(32);
    expect(codeOf(() => parseNote(`a\n\n${PETER_LINE.repeat(33)}`))).toBe('size-limit');
    expect(codeOf(() => parseNote(`${'ä'.repeat(100_000)}\n\n${PETER_LINE}`))).toBe('size-limit');
  });

  test('says nothing with signatures by keys that are not known, even of the same name', () => {
    const note = parseNote(whole);
    expect(verifySignatures(note, [newSigner('PeterNeumann', 'ed25519').key])).toEqual([]);
    const sameId = { ...parseVerifierKey(PETER), name: 'Somebody' };
    expect(verifySignatures(note, [sameId])).toEqual([]);
  });

  test('gets each signature once', () => {
    const note = parseNote(whole);
    expect(withSignatures(note, note.signatures)).toEqual(note);
  });
});

describe('a checkpoint', () => {
  const root = Buffer.alloc(32, 1).toString('base64');

  test.each<[string, string]>([
    ['no line end', `o\n1\n${root}`],
    ['no origin', `\n1\n${root}\n`],
    ['a size with a leading zero', `o\n01\n${root}\n`],
    ['a size with a sign', `o\n+1\n${root}\n`],
    ['a size that no number holds', `o\n9007199254740993\n${root}\n`],
    ['a short root', `o\n1\n${Buffer.alloc(31).toString('base64')}\n`],
    ['no root', 'o\n1\n'],
    ['an empty extension', `o\n1\n${root}\n\n`],
  ])('is refused with %s', (_name, text) => {
    expect(codeOf(() => parseCheckpoint(text))).toBe('malformed');
  });

  test('is written as it is read, extensions included', () => {
    const text = `o\n0\n${root}\nmore\nand more\n`;
    expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
  });

  test('is not verified without a key, or with a quorum that nobody can meet', () => {
    const note = makeLog([1]).notes.get(1) ?? '';
    expect(codeOf(() => verifyCheckpoint(note, { keys: [] }))).toBe('trust-missing');
    const key = newSigner(ORIGIN, 'ed25519').key;
    const witness = newSigner('w', 'ed25519-cosignature').key;
    expect(codeOf(() => verifyCheckpoint(note, { keys: [key], quorum: 1 }))).toBe('trust-missing');
    expect(codeOf(() => verifyCheckpoint(note, { keys: [key], witnesses: [witness, witness], quorum: 2 }))).toBe(
      'trust-missing',
    );
    expect(codeOf(() => verifyCheckpoint(note, { keys: [key], quorum: -1 }))).toBe('trust-missing');
  });

  test('is cosigned with the time, by either kind of key; one witness counts once', () => {
    const { checkpointAt } = makeLog([1]);
    const log = newSigner(ORIGIN, 'ed25519');
    const time = Date.UTC(2026, 5, 1);
    const witnesses = [newSigner('w', 'ed25519-cosignature', time), newSigner('w', 'ml-dsa-44', time)];
    const note = signCheckpoint(checkpointAt(1), [log, ...witnesses]);
    const trust = { keys: [log.key], witnesses: witnesses.map(({ key }) => key), quorum: 1 };
    const times = verifyCheckpoint(note, trust).cosignatures.map((one) => one.time);
    expect(times).toEqual([time / 1000, time / 1000]);
    expect(
      codeOf(() =>
        verifyCheckpoint(note, {
          ...trust,
          witnesses: [...trust.witnesses, newSigner('v', 'ml-dsa-44').key],
          quorum: 2,
        }),
      ),
    ).toBe('quorum-unmet');
  });

  test('does not hold when the time of a cosignature is changed', () => {
    const { checkpointAt } = makeLog([1]);
    const log = newSigner(ORIGIN, 'ed25519');
    for (const type of ['ed25519-cosignature', 'ml-dsa-44'] as const) {
      const witness = newSigner('w', type);
      const note = parseNote(signCheckpoint(checkpointAt(1), [log, witness]));
      const signatures = note.signatures.map((one, at) =>
        at === 0 ? one : { ...one, signature: one.signature.with(7, 1 ^ (one.signature[7] ?? 0)) },
      );
      const changed = formatNote({ ...note, signatures });
      expect(codeOf(() => verifyCheckpoint(changed, { keys: [log.key], witnesses: [witness.key] }))).toBe(
        'signature-invalid',
      );
    }
  });
});
