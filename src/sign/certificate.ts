import { X509Certificate, type KeyObject } from 'node:crypto';
import {
  certificateFacts,
  hasKeyUsage,
  pathLengthOf,
  purposesOf,
  type CertificateFacts,
  type Extension,
} from './der.ts';
import { SignError } from './errors.ts';
import { curveOf, fingerprintOf } from './keys.ts';

/** Certificate paths after RFC 5280 §6, for a signer whose root the verifier named. */

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const NAME_CONSTRAINTS = '2.5.29.30';
const ANY_PURPOSE = '2.5.29.37.0';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const DIGITAL_SIGNATURE_BIT = 0;
const KEY_CERT_SIGN_BIT = 5;
/** Extensions that are understood here, or say nothing that could forbid a signature. */
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, '2.5.29.14', '2.5.29.17', '2.5.29.35']);
/** RSA and ECDSA with SHA-2, Ed25519: nothing with MD5 or SHA-1, for which collisions can be bought. */
const SOUND_ALGORITHMS = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
]);
const RSASSA_PSS = '1.2.840.113549.1.1.10';
/** SHA-2 in the parameters of RSASSA-PSS; when these name none, it is SHA-1 (RFC 4055 §3.1). */
const SOUND_PSS_HASHES = new Set(['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3']);
const MIN_RSA_BITS = 2048;
const MAX_PATH = 8;
/** Certificates of one name multiply the paths to try. */
const MAX_SIGNATURE_CHECKS = 200;

/** Who a verified certificate belongs to. */
export interface CertificateIdentity {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  /** Of its key, as a bundle that is signed with the key alone would name it. */
  readonly keyFingerprint: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** Names of the path, signer first. */
  readonly path: readonly string[];
  /** SHA-256 of the root it leads to. */
  readonly rootFingerprint: string;
}

export interface VerifiedCertificate {
  readonly publicKey: KeyObject;
  readonly identity: CertificateIdentity;
}

/** @throws SignError `certificate-invalid`. */
export function readCertificate(der: Uint8Array): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    // Read only when it is asked for, and thus also found to be broken only then.
    if (certificate.publicKey.type !== 'public') throw new Error('no public key');
    return certificate;
  } catch (error) {
    throw SignError.of('certificate-invalid', 'it is no X.509 certificate', error);
  }
}

/** All certificates of a PEM file. @throws SignError. */
export function readCertificates(pem: Uint8Array): X509Certificate[] {
  const text = Buffer.from(pem).toString('latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw SignError.of('certificate-invalid', 'there is no certificate in PEM');
  return blocks.map((block) => readCertificate(Buffer.from(block)));
}

/**
 * Finds a path from the first certificate of `chain` to one of `roots`, valid at every one of `times`, and checks
 * that its holder may sign. The other certificates of `chain` are only helpers: anybody can put them there.
 * @throws SignError `certificate-…`, `key-unsupported`.
 */
export function verifyChain(
  chain: readonly Uint8Array[],
  roots: readonly X509Certificate[],
  times: readonly Date[],
): VerifiedCertificate {
  const [leaf, ...helpers] = chain.map(readCertificate);
  if (leaf === undefined) throw SignError.of('certificate-invalid', 'the chain is empty');
  checkSignerCertificate(leaf);
  const path = new PathFinder(helpers, roots).find(leaf);
  checkPath(path);
  for (const time of times) for (const one of path) checkValidity(one, time);
  return { publicKey: leaf.publicKey, identity: identityOf(leaf, path) };
}

function identityOf(leaf: X509Certificate, path: readonly X509Certificate[]): CertificateIdentity {
  return {
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    serialNumber: leaf.serialNumber,
    fingerprint: certificateFingerprint(leaf),
    keyFingerprint: fingerprintOf(leaf.publicKey),
    validFrom: leaf.validFromDate.toISOString(),
    validTo: leaf.validToDate.toISOString(),
    path: path.map((one) => oneLine(one.subject)),
    rootFingerprint: certificateFingerprint(path.at(-1) ?? leaf),
  };
}

/** SHA-256 of a certificate, in hexadecimal. */
export function certificateFingerprint(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Node writes one attribute a line. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

class PathFinder {
  readonly #helpers: readonly X509Certificate[];
  readonly #roots: readonly X509Certificate[];
  #checks = 0;

  constructor(helpers: readonly X509Certificate[], roots: readonly X509Certificate[]) {
    this.#helpers = helpers;
    this.#roots = roots;
  }

  find(leaf: X509Certificate): X509Certificate[] {
    const path = this.#extend([leaf]);
    if (path !== null) return path;
    throw SignError.of('certificate-untrusted', `no path from ${oneLine(leaf.subject)} to a root that was named`);
  }

  #extend(path: readonly X509Certificate[]): X509Certificate[] | null {
    const last = path.at(-1);
    if (last === undefined) return null;
    if (this.#roots.some((root) => root.raw.equals(last.raw))) return [...path];
    if (path.length >= MAX_PATH) return null;
    for (const issuer of [...this.#roots, ...this.#helpers]) {
      if (path.some((one) => one.raw.equals(issuer.raw)) || !this.#isIssuedBy(last, issuer)) continue;
      const found = this.#extend([...path, issuer]);
      if (found !== null) return found;
    }
    return null;
  }

  #isIssuedBy(one: X509Certificate, issuer: X509Certificate): boolean {
    if (!issuer.ca || !one.checkIssued(issuer)) return false;
    this.#checks += 1;
    if (this.#checks > MAX_SIGNATURE_CHECKS) {
      throw SignError.of(
        'certificate-untrusted',
        `more than ${MAX_SIGNATURE_CHECKS} signatures would have to be tried`,
      );
    }
    try {
      return one.verify(issuer.publicKey);
    } catch {
      return false;
    }
  }
}

function checkPath(path: readonly X509Certificate[]): void {
  for (const [index, one] of path.entries()) {
    const name = oneLine(one.subject);
    const facts = certificateFacts(one.raw);
    const { extensions } = facts;
    // A root is trusted because it was named, whatever it signed itself with.
    if (index < path.length - 1 && !isSound(facts)) {
      throw SignError.of('certificate-invalid', `${name} is signed with the algorithm ${facts.signatureAlgorithm}`);
    }
    const unknown = extensions.find((each) => isForbidding(each));
    if (unknown !== undefined) {
      throw SignError.of('certificate-invalid', `${name} has the extension ${unknown.oid}, which is not understood`);
    }
    if (index > 0) checkAuthority(one, index, extensions);
  }
}

function isSound({ signatureAlgorithm, pssHash }: CertificateFacts): boolean {
  if (signatureAlgorithm === RSASSA_PSS) return pssHash !== null && SOUND_PSS_HASHES.has(pssHash);
  return SOUND_ALGORITHMS.has(signatureAlgorithm);
}

/** Name constraints must be critical (RFC 5280 §4.2.1.10); an authority that forgot it still has them. */
function isForbidding({ oid, isCritical }: Extension): boolean {
  return oid === NAME_CONSTRAINTS || (isCritical && !UNDERSTOOD.has(oid));
}

/** What lets a certificate issue others, with `index - 1` authorities between it and the signer (§4.2.1.9). */
function checkAuthority(one: X509Certificate, index: number, extensions: readonly Extension[]): void {
  const name = oneLine(one.subject);
  const usage = valueOf(extensions, KEY_USAGE);
  if (!one.ca || (usage !== undefined && !hasKeyUsage(usage, KEY_CERT_SIGN_BIT))) {
    throw SignError.of('certificate-usage', `${name} may not issue certificates`);
  }
  checkPurposes(name, valueOf(extensions, EXTENDED_KEY_USAGE));
  const constraints = valueOf(extensions, BASIC_CONSTRAINTS);
  const allowed = constraints === undefined ? null : pathLengthOf(constraints);
  if (allowed !== null && index - 1 > allowed) {
    throw SignError.of(
      'certificate-invalid',
      `${name} allows ${allowed} authorities below it, the path has ${index - 1}`,
    );
  }
  checkStrength(one);
}

/** Purposes of an authority bind what it issues, as browsers and OpenSSL have it: one for servers makes no signers. */
function checkPurposes(name: string, purposes: Parameters<typeof purposesOf>[0] | undefined): void {
  if (purposes !== undefined && !purposesOf(purposes).some((each) => each === CODE_SIGNING || each === ANY_PURPOSE)) {
    throw SignError.of('certificate-usage', `${name} may not issue certificates for code signing`);
  }
}

function checkStrength(one: X509Certificate): void {
  const { asymmetricKeyType, asymmetricKeyDetails } = one.publicKey;
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw SignError.of(
      'certificate-invalid',
      `${oneLine(one.subject)} has an RSA key of fewer than ${MIN_RSA_BITS} bits`,
    );
  }
}

/** The signer's own certificate: an EC key, no authority, and made for signing. @throws SignError. */
export function checkSignerCertificate(leaf: X509Certificate): void {
  const name = oneLine(leaf.subject);
  curveOf(leaf.publicKey);
  const { extensions } = certificateFacts(leaf.raw);
  // Only with the right to issue: signers that are called an authority, and are none, are in the published vectors.
  if (leaf.ca) throw SignError.of('certificate-usage', `${name} is an authority, not a signer`);
  const usage = valueOf(extensions, KEY_USAGE);
  const purposes = valueOf(extensions, EXTENDED_KEY_USAGE);
  if (usage === undefined && purposes === undefined) {
    throw SignError.of('certificate-usage', `${name} does not say what its key is for`);
  }
  if (usage !== undefined && !hasKeyUsage(usage, DIGITAL_SIGNATURE_BIT)) {
    throw SignError.of('certificate-usage', `${name} has no key usage digitalSignature`);
  }
  if (purposes !== undefined && !purposesOf(purposes).includes(CODE_SIGNING)) {
    throw SignError.of('certificate-usage', `${name} has no purpose codeSigning`);
  }
}

function checkValidity(one: X509Certificate, time: Date): void {
  if (time >= one.validFromDate && time <= one.validToDate) return;
  const span = `from ${one.validFromDate.toISOString()} to ${one.validToDate.toISOString()}`;
  throw SignError.of('certificate-expired', `${oneLine(one.subject)} is valid ${span}, not at ${time.toISOString()}`);
}

function valueOf(extensions: readonly Extension[], oid: string): Buffer | undefined {
  return extensions.find((one) => one.oid === oid)?.value;
}
