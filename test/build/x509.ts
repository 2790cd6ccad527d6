/** Writes X.509 certificates (RFC 5280) of any kind, wrong ones included; keys are EC. */
import { createHash, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';

export interface CertificateSpec {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly issuerPublicKey: KeyObject;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Undefined: no BasicConstraints. */
  readonly ca?: { readonly pathLength?: number };
  /** Bits by number; undefined: no KeyUsage. */
  readonly keyUsage?: readonly number[];
  readonly purposes?: readonly string[];
  readonly more?: readonly Buffer[];
  /** Adds the extension that holds signed certificate timestamps, from the bytes that are to be signed. */
  readonly timestamps?: (tbs: Buffer) => Buffer;
  readonly hash?: 'sha1' | 'sha256';
}

export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const YEAR = 365 * 24 * 3600 * 1000;

export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => element(0x30, ...content);
export const octets = (content: Uint8Array): Buffer => element(0x04, content);

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const bytes = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
    return bytes;
  });
  return element(0x06, Buffer.from(arcs));
}

export function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [element(0x01, Buffer.from([0xff]))] : []), octets(value));
}

/** Subject alternative name: an e-mail address (tag 1) or a URI (tag 6). */
export function alternativeName(tag: 1 | 6, text: string): Buffer {
  return extension('2.5.29.17', sequence(element(0x80 | tag, Buffer.from(text))), true);
}

const name = (text: string): Buffer =>
  sequence(element(0x31, sequence(oid('2.5.4.3'), element(0x0c, Buffer.from(text)))));

function time(date: Date): Buffer {
  return element(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}

function bits(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2);
  for (const bit of numbers) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return element(0x03, Buffer.from([0]), numbers.some((bit) => bit > 7) ? bytes : bytes.subarray(0, 1));
}

function extensionsOf(spec: CertificateSpec): Buffer[] {
  const { ca, keyUsage, purposes, publicKey, issuerPublicKey, more = [] } = spec;
  const length = ca?.pathLength === undefined ? [] : [element(0x02, Buffer.from([ca.pathLength]))];
  return [
    ...(ca === undefined
      ? []
      : [extension('2.5.29.19', sequence(element(0x01, Buffer.from([0xff])), ...length), true)]),
    ...(keyUsage === undefined ? [] : [extension('2.5.29.15', bits(keyUsage), true)]),
    ...(purposes === undefined ? [] : [extension('2.5.29.37', sequence(...purposes.map(oid)))]),
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.35', sequence(element(0x80, keyId(issuerPublicKey)))),
    ...more,
  ];
}

function certificate(spec: CertificateSpec): X509Certificate {
  const { notBefore = new Date(Date.now() - YEAR), notAfter = new Date(Date.now() + YEAR), hash = 'sha256' } = spec;
  const algorithm = sequence(oid(hash === 'sha256' ? '1.2.840.10045.4.3.2' : '1.2.840.10045.4.1'));
  const serial = createHash('sha256')
    .update(spki(spec.publicKey))
    .update(JSON.stringify(spec.subject))
    .digest()
    .subarray(0, 8);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const tbsWith = (extensions: readonly Buffer[]): Buffer =>
    sequence(
      element(0xa0, element(0x02, Buffer.from([2]))),
      element(0x02, serial),
      algorithm,
      name(spec.issuer),
      sequence(time(notBefore), time(notAfter)),
      name(spec.subject),
      spki(spec.publicKey),
      element(0xa3, sequence(...extensions)),
    );
  const plain = extensionsOf(spec);
  const stamped = spec.timestamps?.(tbsWith(plain));
  const tbs = tbsWith(stamped === undefined ? plain : [...plain, stamped]);
  const signature = sign(hash, tbs, spec.issuerKey);
  return new X509Certificate(sequence(tbs, algorithm, element(0x03, Buffer.from([0]), signature)));
}

export interface Authority {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly name: string;
}

type Changes = Partial<CertificateSpec>;

export const newPair = (curve = 'P-256') => generateKeyPairSync('ec', { namedCurve: curve });

export function rootAuthority(subject = 'test root', changes: Changes = {}): Authority {
  const { privateKey, publicKey } = newPair();
  const spec = { subject, issuer: subject, publicKey, issuerKey: privateKey, issuerPublicKey: publicKey };
  return {
    certificate: certificate({ ...spec, ca: {}, keyUsage: [5], ...changes }),
    privateKey,
    publicKey,
    name: subject,
  };
}

export function subAuthority(above: Authority, subject: string, changes: Changes = {}): Authority {
  const { privateKey, publicKey } = newPair();
  const issued = issue(above, { subject, publicKey, ca: {}, keyUsage: [5], ...changes });
  return { certificate: issued, privateKey, publicKey, name: subject };
}

export function issue(by: Authority, spec: Pick<CertificateSpec, 'subject' | 'publicKey'> & Changes): X509Certificate {
  return certificate({ issuer: by.name, issuerKey: by.privateKey, issuerPublicKey: by.publicKey, ...spec });
}

/** A certificate for signing, as it should be unless `changes` say otherwise. */
export function signerCertificate(by: Authority, changes: Changes = {}, curve = 'P-256') {
  const { privateKey, publicKey } = newPair(curve);
  const spec = { subject: 'signer', publicKey, keyUsage: [0], purposes: [CODE_SIGNING] };
  return { privateKey, certificate: issue(by, { ...spec, ...changes }) };
}
