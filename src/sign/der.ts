import { SignError } from './errors.ts';

/**
 * As much of ASN.1 DER (X.690) as X.509 certificates (RFC 5280) need and `node:crypto` does not tell: extensions with
 * their criticality, and the algorithm of the signature.
 */

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Of the whole element, in the bytes it was read from. */
  readonly end: number;
}

const SEQUENCE = 0x30;
const OID = 0x06;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const EXPLICIT_0 = 0xa0;
const EXPLICIT_3 = 0xa3;
const MAX_ELEMENTS = 1000;

export interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Buffer;
}

export interface CertificateFacts {
  readonly signatureAlgorithm: string;
  /** The hash that the parameters of RSASSA-PSS name (RFC 4055); null without. */
  readonly pssHash: string | null;
  readonly extensions: readonly Extension[];
}

/** @throws SignError `certificate-invalid`. */
export function certificateFacts(der: Buffer): CertificateFacts {
  const [tbs, algorithm] = children(expectTag(readElement(der, 0), SEQUENCE));
  const parts = children(expectTag(tbs, SEQUENCE));
  const [oid, parameters] = children(expectTag(algorithm, SEQUENCE));
  const wrapped = parts.find((one) => one.tag === EXPLICIT_3);
  const list = wrapped === undefined ? undefined : readElement(wrapped.content, 0);
  const extensions = list === undefined ? [] : children(expectTag(list, SEQUENCE)).map(extensionOf);
  const known = new Set(extensions.map((one) => one.oid));
  if (known.size !== extensions.length) throw malformed('has an extension twice');
  return { signatureAlgorithm: oidText(expectTag(oid, OID).content), pssHash: pssHashOf(parameters), extensions };
}

/** `[0] { SEQUENCE { OBJECT IDENTIFIER … } }`, the first of the parameters. */
function pssHashOf(parameters: Element | undefined): string | null {
  const first = parameters?.tag === SEQUENCE ? children(parameters)[0] : undefined;
  if (first?.tag !== EXPLICIT_0) return null;
  const [hash] = children(expectTag(readElement(first.content, 0), SEQUENCE));
  return oidText(expectTag(hash, OID).content);
}

function extensionOf(element: Element): Extension {
  const parts = children(expectTag(element, SEQUENCE));
  const isCritical = parts[1]?.tag === BOOLEAN && parts[1].content[0] === 0xff;
  return {
    oid: oidText(expectTag(parts[0], OID).content),
    isCritical,
    value: expectTag(parts.at(-1), OCTET_STRING).content,
  };
}

/** `pathLenConstraint` of a BasicConstraints value, or null when there is none. */
export function pathLengthOf(value: Buffer): number | null {
  const last = children(expectTag(readElement(value, 0), SEQUENCE)).at(-1);
  if (last?.tag !== INTEGER) return null;
  if (last.content.length !== 1 || (last.content[0] ?? 0x80) > 0x7f) throw malformed('has an absurd path length');
  return last.content[0] ?? 0;
}

/** True when bit `bit` of a KeyUsage value is set; bit 0 is digitalSignature, bit 5 keyCertSign. */
export function hasKeyUsage(value: Buffer, bit: number): boolean {
  const { content } = expectTag(readElement(value, 0), BIT_STRING);
  return ((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

/** The purposes in an ExtendedKeyUsage value. */
export function purposesOf(value: Buffer): string[] {
  return children(expectTag(readElement(value, 0), SEQUENCE)).map((one) => oidText(expectTag(one, OID).content));
}

function readElement(bytes: Buffer, offset: number): Element {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw malformed('ends in the middle');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 3) throw malformed('has an element without a usable length');
  const length =
    lengthBytes === 0
      ? first
      : bytes.subarray(offset + 2).length < lengthBytes
        ? Number.NaN
        : bytes.readUIntBE(offset + 2, lengthBytes);
  const begin = offset + 2 + lengthBytes;
  if (!(begin + length <= bytes.length)) throw malformed('ends in the middle');
  return { tag, content: bytes.subarray(begin, begin + length), end: begin + length };
}

function children({ content }: Element): Element[] {
  const found: Element[] = [];
  for (let offset = 0; offset < content.length; ) {
    const element = readElement(content, offset);
    found.push(element);
    if (found.length > MAX_ELEMENTS) throw malformed('has too many elements');
    offset = element.end;
  }
  return found;
}

function expectTag(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw malformed(`expected tag ${tag}, found ${element?.tag ?? 'nothing'}`);
  return element;
}

function oidText(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [head = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - root * 40, ...rest].join('.');
}

function malformed(detail: string): SignError {
  return SignError.of('certificate-invalid', detail);
}
