import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/sign/code-of.ts';
import {
  CODE_SIGNING,
  extension,
  issue,
  newPair,
  rootAuthority,
  SERVER_AUTH,
  signerCertificate,
  subAuthority,
  type CertificateSpec,
} from '../../test/build/x509.ts';
import { pssCertificates } from '../../test/build/pss-certificates.ts';
import { verifyChain } from './certificate.ts';
import { certificateFacts } from './der.ts';
import { codedEverywhere } from '../../test/sign/coded-everywhere.ts';

const now = new Date();
const YEAR = 365 * 24 * 3600 * 1000;
const root = rootAuthority();
const middle = subAuthority(root, 'middle', { ca: { pathLength: 0 } });

function codeFor(changes: Partial<CertificateSpec>, times: readonly Date[] = [now]): string {
  const { certificate } = signerCertificate(middle, changes);
  return codeOf(() => verifyChain([certificate.raw, middle.certificate.raw], [root.certificate], times));
}

describe('a certificate path (RFC 5280 §6)', () => {
  it('leads from the signer to a root that was named', () => {
    const { certificate } = signerCertificate(middle);
    const { identity } = verifyChain([certificate.raw, middle.certificate.raw], [root.certificate], [now]);
    expect(identity).toMatchObject({
      subject: 'CN=signer',
      issuer: 'CN=middle',
      path: ['CN=signer', 'CN=middle', 'CN=test root'],
    });
    expect(identity.fingerprint).toBe(createHash('sha256').update(certificate.raw).digest('hex'));
  });

  it.each(['P-256', 'P-384', 'P-521'])('may be for a key on %s', (curve) => {
    const { certificate } = signerCertificate(root, {}, curve);
    expect(verifyChain([certificate.raw], [root.certificate], [now]).publicKey.asymmetricKeyType).toBe('ec');
  });

  it('has expired, or is not yet valid (reference defect 5: expired leaves pass for ever)', () => {
    expect(codeFor({ notBefore: new Date(now.getTime() - YEAR), notAfter: new Date(now.getTime() - 1000) })).toBe(
      'certificate-expired',
    );
    expect(codeFor({ notBefore: new Date(now.getTime() + 1000) })).toBe('certificate-expired');
  });

  it('is judged at every time that is trusted', () => {
    const notAfter = new Date(now.getTime() - 1000);
    const before = new Date(now.getTime() - 2000);
    expect(codeFor({ notAfter }, [before])).toBe('none');
    expect(codeFor({ notAfter }, [before, now])).toBe('certificate-expired');
  });

  it('has an authority that has expired', () => {
    const old = subAuthority(root, 'old', { notAfter: new Date(now.getTime() - 1000) });
    const { certificate } = signerCertificate(old);
    expect(codeOf(() => verifyChain([certificate.raw, old.certificate.raw], [root.certificate], [now]))).toBe(
      'certificate-expired',
    );
  });

  it('leads to another root, or ends on the way', () => {
    const { certificate } = signerCertificate(middle);
    const chain = [certificate.raw, middle.certificate.raw];
    expect(codeOf(() => verifyChain(chain, [rootAuthority().certificate], [now]))).toBe('certificate-untrusted');
    expect(codeOf(() => verifyChain([certificate.raw], [root.certificate], [now]))).toBe('certificate-untrusted');
  });

  it('brings a root of its own, which is not believed', () => {
    const own = rootAuthority();
    const { certificate } = signerCertificate(own);
    const chain = [certificate.raw, own.certificate.raw];
    expect(codeOf(() => verifyChain(chain, [root.certificate], [now]))).toBe('certificate-untrusted');
  });

  it('is for a server, for encryption, or for nothing', () => {
    expect(codeFor({ purposes: [SERVER_AUTH] })).toBe('certificate-usage');
    expect(codeFor({ keyUsage: [2] })).toBe('certificate-usage');
    const { privateKey: _, publicKey } = newPair();
    const bare = issue(root, { subject: 'bare', publicKey });
    expect(codeOf(() => verifyChain([bare.raw], [root.certificate], [now]))).toBe('certificate-usage');
  });

  it('is an authority, which does not sign models', () => {
    expect(codeFor({ ca: {}, keyUsage: [0, 5] })).toBe('certificate-usage');
    expect(codeFor({ ca: {}, keyUsage: [0] })).toBe('none');
  });

  it('was issued by a signer, who is no authority', () => {
    const { certificate, privateKey } = signerCertificate(root, { subject: 'fake', keyUsage: [0, 5] });
    const fake = { certificate, privateKey, publicKey: certificate.publicKey, name: 'fake' };
    const below = signerCertificate(fake).certificate;
    expect(codeOf(() => verifyChain([below.raw, certificate.raw], [root.certificate], [now]))).toBe(
      'certificate-untrusted',
    );
  });

  it('was issued by an authority that may not issue', () => {
    const other = subAuthority(root, 'no issuer', { keyUsage: [6] });
    const { certificate } = signerCertificate(other);
    expect(codeOf(() => verifyChain([certificate.raw, other.certificate.raw], [root.certificate], [now]))).not.toBe(
      'none',
    );
  });

  it('is longer than an authority in it allows (RFC 5280 §4.2.1.9)', () => {
    const below = subAuthority(middle, 'below');
    const { certificate } = signerCertificate(below);
    const chain = [certificate.raw, below.certificate.raw, middle.certificate.raw];
    expect(codeOf(() => verifyChain(chain, [root.certificate], [now]))).toBe('certificate-invalid');
  });

  it('has a critical extension that nobody here understands (RFC 5280 §4.2)', () => {
    expect(codeFor({ more: [extension('1.2.3.4', Buffer.from([5, 0]), true)] })).toBe('certificate-invalid');
    expect(codeFor({ more: [extension('1.2.3.4', Buffer.from([5, 0]))] })).toBe('none');
  });

  it('was issued under name constraints, whether they were made critical or not (RFC 5280 §4.2.1.10)', () => {
    for (const isCritical of [true, false]) {
      const bound = subAuthority(root, 'bound', { more: [extension('2.5.29.30', Buffer.from([0x30, 0]), isCritical)] });
      const { certificate } = signerCertificate(bound);
      expect(codeOf(() => verifyChain([certificate.raw, bound.certificate.raw], [root.certificate], [now]))).toBe(
        'certificate-invalid',
      );
    }
  });

  it('was issued by an authority for servers only', () => {
    const codeBelow = (purposes: string[]): string => {
      const web = subAuthority(root, 'web', { purposes });
      const { certificate } = signerCertificate(web);
      return codeOf(() => verifyChain([certificate.raw, web.certificate.raw], [root.certificate], [now]));
    };
    expect(codeBelow([SERVER_AUTH])).toBe('certificate-usage');
    expect(codeBelow([SERVER_AUTH, CODE_SIGNING])).toBe('none');
  });

  it('is signed with RSASSA-PSS: with SHA-2, not with SHA-1, which is the default (RFC 4055 §3.1)', () => {
    const { authority, signedWithSha1, signedWithSha256 } = pssCertificates;
    const time = new Date('2026-12-01');
    const codeOfPath = (leaf: Buffer): string =>
      codeOf(() => verifyChain([leaf], [new X509Certificate(authority)], [time]));
    expect(codeOfPath(signedWithSha256)).toBe('none');
    expect(codeOfPath(signedWithSha1)).toBe('certificate-invalid');
  });

  it('has an extension twice', () => {
    const double = extension('1.2.3.4', Buffer.from([5, 0]));
    expect(codeFor({ more: [double, double] })).toBe('certificate-invalid');
  });

  it('is signed with SHA-1', () => {
    expect(codeFor({ hash: 'sha1' })).not.toBe('none');
  });

  it('holds a key that is not supported', () => {
    const { certificate } = signerCertificate(root, { publicKey: newPair('secp256k1').publicKey });
    expect(codeOf(() => verifyChain([certificate.raw], [root.certificate], [now]))).toBe('key-unsupported');
  });

  it('goes round in circles among many of one name, and ends', () => {
    const crowd = Array.from({ length: 14 }, () => subAuthority(root, 'same'));
    const first = crowd[0] ?? root;
    const cross = crowd.map(
      (one) => issue(first, { subject: 'same', publicKey: one.publicKey, ca: {}, keyUsage: [5] }).raw,
    );
    const { certificate } = signerCertificate(first);
    const chain = [certificate.raw, ...cross];
    expect(codeOf(() => verifyChain(chain, [rootAuthority('other').certificate], [now]))).toBe('certificate-untrusted');
  });

  it('is cut or damaged anywhere, which is said and no crash', () => {
    const { certificate } = signerCertificate(root);
    codedEverywhere(certificate.raw, (bytes) => certificateFacts(bytes));
    codedEverywhere(certificate.raw, (bytes) => verifyChain([bytes], [root.certificate], [now]));
  });
});
