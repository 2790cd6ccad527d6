/** Whatever is changed in a bundle: it is refused with a code, or it still says exactly the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { readBundle } from '../../src/sign/bundle.ts';
import { readCertificates } from '../../src/sign/certificate.ts';
import { readPublicKey } from '../../src/sign/keys.ts';
import { readTrustedRoot } from '../../src/sign/sigstore.ts';
import { verifyBundle, type Trust } from '../../src/sign/verify-bundle.ts';
import { Prng } from '../build/prng.ts';
import { codeOf } from './code-of.ts';

const vectors = join(import.meta.dirname, '..', 'fixtures', 'oms');
const file = (name: string): Buffer => readFileSync(join(vectors, name));
const trust: Trust = {
  publicKeys: [readPublicKey(file('keys/signing-key-pub.pem'))],
  certificateRoots: readCertificates(file('keys/ca-cert.pem')),
  identities: [{ identity: 'stefanb@us.ibm.com', issuer: 'https://sigstore.verify.ibm.com/oauth2' }],
  trustedRoot: readTrustedRoot(file('trusted_root.json')),
  now: new Date('2026-01-01'),
};

/** What a bundle says once it was verified. */
function meaning(bytes: Uint8Array): string {
  const bundle = readBundle(bytes);
  const { signer, times } = verifyBundle(bundle, trust);
  return JSON.stringify([bundle.statement, signer, times]);
}

describe.each(['v1.1.0-elliptic-key', 'v1.1.0-certificate', 'v1.1.0-sigstore', 'v0.2.0-certificate'])('%s', (name) => {
  const original = file(`${name}/model.sig`);
  const said = meaning(original);
  const unchanged = (bytes: Uint8Array): boolean => {
    try {
      expect(meaning(bytes)).toBe(said);
      return true;
    } catch (error) {
      if (error instanceof CodedError) return false;
      throw error;
    }
  };

  it('does not survive a flipped bit where it matters', () => {
    const random = new Prng(1);
    let survived = 0;
    // Every one of a keyless bundle costs seven signatures.
    const flips = name.endsWith('sigstore') ? 120 : 400;
    for (let flip = 0; flip < flips; flip += 1) {
      const bytes = Buffer.from(original);
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      if (unchanged(bytes)) survived += 1;
    }
    // What a fingerprint, an extra certificate or white space says is not signed, and changes nothing.
    expect(survived).toBeLessThan(flips / 3);
  });

  it('does not survive being cut', () => {
    for (let length = 0; length < original.length - 1; length += Math.ceil(original.length / 200)) {
      expect(unchanged(original.subarray(0, length))).toBe(false);
    }
  });

  const edit = (change: (document: Record<string, Record<string, unknown>>) => void): string => {
    const document = JSON.parse(original.toString());
    change(document);
    return codeOf(() => meaning(Buffer.from(JSON.stringify(document))));
  };

  it('does not take a second signature (reference defect 4: garbage beside the first passes)', () => {
    const garbage = { sig: 'AAAA', keyid: '' };
    for (const put of [
      (all: unknown[]) => all.push(garbage),
      (all: unknown[]) => all.unshift(garbage),
      (all: unknown[]) => all.pop(),
    ]) {
      expect(edit((document) => put(document['dsseEnvelope']?.['signatures'] as unknown[]))).toBe('extra-signature');
    }
  });

  it('does not take fields that nobody knows, another type, or two methods at once', () => {
    expect(edit((document) => Object.assign(document, { extra: {} }))).toBe('bundle-malformed');
    expect(edit((document) => Object.assign(document['dsseEnvelope'] ?? {}, { extra: 1 }))).toBe('bundle-malformed');
    expect(edit((document) => Object.assign(document['verificationMaterial'] ?? {}, { extra: 1 }))).toBe(
      'bundle-malformed',
    );
    expect(
      edit((document) =>
        Object.assign(document, { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1' }),
      ),
    ).toBe('bundle-unsupported');
    expect(edit((document) => Object.assign(document['dsseEnvelope'] ?? {}, { payloadType: 'text/plain' }))).toBe(
      'bundle-unsupported',
    );
    const other = name.endsWith('key') ? { certificate: { rawBytes: 'AAAA' } } : { publicKey: { hint: 'ab' } };
    expect(edit((document) => Object.assign(document['verificationMaterial'] ?? {}, other))).toBe('bundle-malformed');
  });

  it('does not take a payload that says more, or the same in another order', () => {
    const payloadOf = (change: (text: string) => string) => (document: Record<string, Record<string, unknown>>) => {
      const text = Buffer.from(String(document['dsseEnvelope']?.['payload']), 'base64').toString();
      expect(change(text)).not.toBe(text);
      Object.assign(document['dsseEnvelope'] ?? {}, { payload: Buffer.from(change(text)).toString('base64') });
    };
    expect(edit(payloadOf((text) => `${text} `))).not.toBe('none');
    expect(edit(payloadOf((text) => JSON.stringify(JSON.parse(text))))).not.toBe('none');
    expect(edit(payloadOf((text) => text.replaceAll('signme-1', 'signme-0')))).not.toBe('none');
  });

  it('does not take base64 that is written in another way', () => {
    expect(
      edit((document) => {
        const envelope = document['dsseEnvelope'] ?? {};
        Object.assign(envelope, { payload: `${String(envelope['payload'])}\n` });
      }),
    ).toBe('bundle-malformed');
  });
});

it('the legacy encoding is believed for legacy statements only', () => {
  const [old, current] = ['v0.2.0-certificate', 'v1.1.0-certificate'].map((name) =>
    JSON.parse(file(`${name}/model.sig`).toString()),
  );
  const mixed = { ...current, dsseEnvelope: { ...current.dsseEnvelope, signatures: old.dsseEnvelope.signatures } };
  expect(codeOf(() => meaning(Buffer.from(JSON.stringify(mixed))))).toBe('signature-invalid');
});

it('a key inside a bundle is never the one it is verified with', () => {
  const document = JSON.parse(file('v1.0.1-elliptic-key/model.sig').toString());
  document.verificationMaterial.publicKey.rawBytes = Buffer.from(
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
  ).toString('base64');
  expect(codeOf(() => meaning(Buffer.from(JSON.stringify(document))))).toBe('bundle-malformed');
});
