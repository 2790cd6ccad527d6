import { ascii1 } from './text-operands.ts';

/** Shorter constants hold no payload: the shortest pickle that calls something with an argument has some 20 bytes. */
export const MIN_PAYLOAD_BYTES = 16;
/** How much of a constant is looked at before it is worth a real attempt. */
export const PAYLOAD_HEAD_BYTES = 64;

/** `latin-1`: text whose characters are the bytes, as protocol 2 spells them. */
export type PayloadEncoding = 'raw' | 'base64' | 'hex' | 'latin-1';

/** A constant that begins like something a loader would take. */
export interface Payload {
  readonly encoding: PayloadEncoding;
  /** Offset of the opcode that pushes it. */
  readonly opcode: number;
  /** Where its bytes start in the source, and how many there are. */
  readonly content: number;
  readonly length: number;
  /** The value itself, when it is not what stands in the source: text with escapes. */
  readonly bytes?: Uint8Array;
}

/** The first bytes of what Python loaders take, as they stand and in the usual text encodings. */
const MAGICS: readonly (readonly [encoding: PayloadEncoding, head: string])[] = [
  ...['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'].map((head) => ['raw', head] as const),
  ...['PK\x03\x04', '\x1f\x8b\x08', 'x\x01', 'x\x5e', 'x\x9c', 'x\xda', 'BZh', '\xfd7zXZ\x00'].map(
    (head) => ['raw', head] as const,
  ),
  ...['\xc2\x80\x02', '\xc2\x80\x03', '\xc2\x80\x04', '\xc2\x80\x05'].map((head) => ['latin-1', head] as const),
  // \x80\x02 to \x80\x05, gzip, zlib, zip
  ...Array.from('IJKLMNOPQRSTUVWX', (letter) => ['base64', `gA${letter}`] as const),
  ...['H4sI', 'eAE', 'eF', 'eJ', 'eN', 'UEsD'].map((head) => ['base64', head] as const),
  ...[
    '8002',
    '8003',
    '8004',
    '8005',
    '1f8b',
    '1F8B',
    '789c',
    '789C',
    '78da',
    '78DA',
    '7801',
    '785e',
    '504b0304',
    '504B0304',
  ].map((head) => ['hex', head] as const),
];

/** A text pickle names a module and a class on two lines of their own, at its start or after a mark. */
const TEXT_PICKLE =
  /^(?:[cV(}\]IFNSKM0-9]|\\x80)[^\n]{0,40}?[ci][A-Za-z_][\w.]{0,60}\n[A-Za-z_][\w.]{0,60}\n|^c[A-Za-z_][\w.]{0,60}\n[A-Za-z_][\w.]{0,60}\n/;
/** `cos\nsystem\n` encoded as base64 starts with one of these for `c` and `(`. */
const BASE64_TEXT_PICKLE = /^(?:Y[2-3][0-9A-Za-z+/]|K[EFGHIJKLMNOPQRSTUVWXYZ])[0-9A-Za-z+/]{13,}={0,2}$/;

const heads: readonly (readonly (readonly [PayloadEncoding, string])[] | undefined)[] = (() => {
  const table: (readonly (readonly [PayloadEncoding, string])[] | undefined)[] = Array.from(
    { length: 256 },
    () => undefined,
  );
  for (const magic of MAGICS) {
    const code = magic[1].charCodeAt(0);
    table[code] = [...(table[code] ?? []), magic];
  }
  return table;
})();

/** How `bytes[start, start + length)` might be a payload; undefined when it does not begin like one. */
export function sniffPayload(bytes: Uint8Array, start: number, length: number): PayloadEncoding | undefined {
  const lead = bytes[start] as number;
  for (const [encoding, head] of heads[lead] ?? []) {
    if (startsWith(bytes, start, head)) return encoding;
  }
  return sniffText(lead, bytes, start, length);
}

function sniffText(lead: number, bytes: Uint8Array, start: number, length: number): PayloadEncoding | undefined {
  if (lead !== 0x63 && lead !== 0x28 && lead !== 0x59 && lead !== 0x4b) return undefined;
  const head = String.fromCharCode(...bytes.subarray(start, start + Math.min(length, PAYLOAD_HEAD_BYTES)));
  if (TEXT_PICKLE.test(head)) return 'raw';
  return BASE64_TEXT_PICKLE.test(head) ? 'base64' : undefined;
}

function startsWith(bytes: Uint8Array, start: number, head: string): boolean {
  for (let i = 0; i < head.length; i += 1) {
    if (bytes[start + i] !== head.charCodeAt(i)) return false;
  }
  return true;
}

/** Decodes base64 (either alphabet), hex, or characters that are bytes; undefined when it is not that. */
export function decodePayload(encoding: Exclude<PayloadEncoding, 'raw'>, encoded: Uint8Array): Uint8Array | undefined {
  if (encoding === 'latin-1') {
    return Uint8Array.from(new TextDecoder().decode(encoded), (character) => character.charCodeAt(0) % 256);
  }
  const text = ascii1(encoded);
  return encoding === 'hex' ? decodeHex(text) : decodeBase64(text);
}

function decodeHex(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  const bytes = new Uint8Array(Math.floor(digits.length / 2));
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

function decodeBase64(text: string): Uint8Array | undefined {
  const letters = text.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(letters)) return undefined;
  // A text cut at the limit may end within a group of four.
  const binary = atob(letters.length % 4 === 1 ? letters.slice(0, -1) : letters);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
