import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { deriveKey } from './crypto.ts';
import { SealError } from './errors.ts';
import { checkLimit } from './limits.ts';

/** The file key wrapped for one recipient (C2SP age, "Recipient stanza"). */
export interface Stanza {
  /** The type, and what else the type wants; visible ASCII without spaces. */
  readonly args: readonly string[];
  readonly body: Buffer;
}

export interface Header {
  readonly stanzas: readonly Stanza[];
  readonly mac: Buffer;
  /** What the MAC covers: everything up to and including the `---` mark. */
  readonly covered: Buffer;
}

export const VERSION_LINE = 'age-encryption.org/v1\n';
const END_MARK = '---';
const MAC_BYTES = 32;
/** How the types of stanzas begin that key services unwrap. */
export const SERVICE_TYPE = 'vouchsafe/';
/** Columns of a full line of a body. */
const FULL_LINE = 64;
const LF = 0x0a;
/** `--- `, 43 characters and a line feed, and the one before. */
const LAST_LINE_BYTES = 50;

/**
 * Length of the header at the start of `bytes`, or null when its last line is not among them yet. Of bytes that come in
 * pieces only those from `searchedBytes` on are looked at, so that small pieces do not make it quadratic.
 */
export function headerLength(bytes: Buffer, searchedBytes = 0): number | null {
  // The mark may have begun before, and its line may be as long as the one that is expected.
  const mark = bytes.indexOf(`\n${END_MARK}`, Math.max(0, searchedBytes - LAST_LINE_BYTES));
  const end = mark === -1 ? -1 : bytes.indexOf(LF, mark + 1);
  return end === -1 ? null : end + 1;
}

/** Parses a whole header, its last line feed included. @throws SealError `header-malformed`, `limit-exceeded`. */
export function parseHeader(bytes: Buffer): Header {
  const lines = new Lines(bytes);
  if (lines.next() !== VERSION_LINE.slice(0, -1)) throw malformed('it does not start with the version line of age v1');
  const stanzas: Stanza[] = [];
  for (;;) {
    const start = lines.offset;
    const line = lines.next();
    if (!line.startsWith('->')) return finish(bytes, { start, line, stanzas, isAtEnd: lines.isAtEnd });
    stanzas.push({ args: parseArguments(line, stanzas.length), body: parseBody(lines) });
    checkLimit('maxStanzas', stanzas.length);
  }
}

interface LastLine {
  readonly start: number;
  readonly line: string;
  readonly stanzas: readonly Stanza[];
  readonly isAtEnd: boolean;
}

function finish(bytes: Buffer, { start, line, stanzas, isAtEnd }: LastLine): Header {
  if (!line.startsWith(`${END_MARK} `)) throw malformed('expected a stanza or the last line');
  const mac = decodeBase64(line.slice(END_MARK.length + 1));
  if (mac?.length !== MAC_BYTES) throw malformed('the authentication code is not 32 bytes in canonical base 64');
  if (stanzas.length === 0) throw malformed('it has no stanza');
  if (!isAtEnd) throw malformed('something follows its last line');
  return { stanzas, mac, covered: bytes.subarray(0, start + END_MARK.length) };
}

function parseArguments(line: string, stanza: number): string[] {
  if (!line.startsWith('-> ')) throw malformed(`stanza ${stanza} has no arguments`);
  const args = line.slice('-> '.length).split(' ');
  checkLimit('maxStanzaArguments', args.length);
  if (args.every((arg) => /^[\x21-\x7e]+$/.test(arg))) return args;
  throw malformed(`stanza ${stanza} has an argument that is empty or not visible ASCII`);
}

/** A body ends with its first line that is not full, which may be empty. */
function parseBody(lines: Lines): Buffer {
  const parts: Buffer[] = [];
  for (;;) {
    const line = lines.next();
    const part = line.length > FULL_LINE ? null : decodeBase64(line);
    if (part === null) throw malformed('a line of a body is too long or not canonical base 64');
    parts.push(part);
    if (line.length < FULL_LINE) return Buffer.concat(parts);
  }
}

/** Lines that end with a line feed; a carriage return is a character like others. */
class Lines {
  readonly #bytes: Buffer;
  offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.offset === this.#bytes.length;
  }

  next(): string {
    const end = this.#bytes.indexOf(LF, this.offset);
    if (end === -1) throw malformed('it ends within a line');
    const line = this.#bytes.toString('latin1', this.offset, end);
    this.offset = end + 1;
    return line;
  }
}

/**
 * The header for these stanzas, authenticated by the file key.
 * @throws SealError `limit-exceeded` when it is one that nobody could open again.
 */
export function encodeHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Buffer {
  checkLimit('maxStanzas', stanzas.length);
  for (const [type, count] of countTypes(stanzas)) {
    if (type.startsWith(SERVICE_TYPE)) checkLimit('maxProviderCalls', count);
  }
  const covered = Buffer.from(`${VERSION_LINE}${stanzas.map(stanzaText).join('')}${END_MARK}`, 'latin1');
  const end = ` ${encodeBase64(headerMac(covered, fileKey))}\n`;
  const header = Buffer.concat([covered, Buffer.from(end, 'latin1')]);
  checkLimit('maxHeaderBytes', header.length);
  return header;
}

function countTypes(stanzas: readonly Stanza[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { args } of stanzas) counts.set(args[0] ?? '', (counts.get(args[0] ?? '') ?? 0) + 1);
  return counts;
}

function stanzaText({ args, body }: Stanza): string {
  const text = encodeBase64(body);
  const lines = [`-> ${args.join(' ')}\n`];
  for (let start = 0; start <= text.length; start += FULL_LINE) lines.push(`${text.slice(start, start + FULL_LINE)}\n`);
  return lines.join('');
}

/** @throws SealError `header-mac` when the header is not the one made with this file key. */
export function verifyHeader(header: Header, fileKey: Uint8Array): void {
  if (!timingSafeEqual(headerMac(header.covered, fileKey), header.mac)) throw SealError.of('header-mac', undefined);
}

function headerMac(covered: Buffer, fileKey: Uint8Array): Buffer {
  const key = deriveKey(fileKey, Buffer.alloc(0), 'header');
  const mac = createHmac('sha256', key).update(covered).digest();
  key.fill(0);
  return mac;
}

export function malformed(detail: string): SealError {
  return SealError.of('header-malformed', { detail });
}
