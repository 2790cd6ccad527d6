import { FormatError } from '../../bytes/errors.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const ZERO = 0x30;
/** `! $ : {`: without one of them a string holds no tag, interpolation, document or template. */
const SPEAKING: ReadonlySet<number> = new Set([0x21, 0x24, 0x3a, 0x7b]);
/** Strings up to this long are looked up before they are built: keys repeat, in a safetensors header thousands of times. */
const MAX_CACHED_LENGTH = 24;
const CACHE_SLOTS = 4096;
/** Up to this many bytes, joining characters beats every call; beyond it V8 would keep a rope of pieces (Node 24). */
const MAX_JOINED_LENGTH = 16;
/** Up to this many, one call with the bytes as arguments beats a TextDecoder, whose every call costs some 300 ns. */
const MAX_SPREAD_LENGTH = 128;
const VALIDATION_CHUNK_BYTES = 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ESCAPES: Readonly<Record<number, string>> = {
  0x22: '"',
  0x2f: '/',
  0x5c: '\\',
  0x62: '\b',
  0x66: '\f',
  0x6e: '\n',
  0x72: '\r',
  0x74: '\t',
};

/** Reads the strings of one JSON text. */
export class JsonStrings {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  readonly #cache: (string | undefined)[] = Array.from({ length: CACHE_SLOTS });
  /** True when the whole text is known to be UTF-8, so single strings need no check. */
  readonly #isUtf8: boolean;
  /** Just past the closing quote of the string read last. */
  end = 0;

  /** `base` is added to the offsets of errors. */
  constructor(bytes: Uint8Array, base: number) {
    this.#bytes = bytes;
    this.#base = base;
    this.#isUtf8 = isUtf8(bytes);
  }

  /** The string whose opening quote is at `at`. @throws FormatError */
  read(at: number): string {
    const bytes = this.#bytes;
    const start = at + 1;
    let hash = 0;
    let high = 0;
    let i = start;
    for (; i < bytes.length; i += 1) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) {
        this.end = i + 1;
        return high < 0x80 ? this.#ascii(start, i, hash) : this.#decode(start, i);
      }
      if (byte === BACKSLASH) return this.#escaped(start, i);
      if (byte < 0x20) throw this.#controlCharacter(i);
      high |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    throw this.#unterminated(i);
  }

  /**
   * Where the string at `at` ends, when it has at most `maxLength` bytes and nothing in it can matter to a rule: no
   * interpolation, no nested document; else -1. Builds nothing.
   */
  skipPlain(at: number, maxLength: number): number {
    const bytes = this.#bytes;
    const limit = Math.min(bytes.length, at + 2 + maxLength);
    for (let i = at + 1; i < limit; i += 1) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) return i + 1;
      if (byte === BACKSLASH) {
        if (this.#escapesAscii(i)) return -1;
        i += 1;
      } else if (byte < 0x20 || SPEAKING.has(byte) || (byte >= 0x80 && !this.#isUtf8)) return -1;
    }
    return -1;
  }

  /** True for `\u00..` at `at`: only who hides a character writes one of ASCII so. */
  #escapesAscii(at: number): boolean {
    const bytes = this.#bytes;
    return bytes[at + 1] === LOWER_U && bytes[at + 2] === ZERO && bytes[at + 3] === ZERO;
  }

  #ascii(start: number, end: number, hash: number): string {
    const length = end - start;
    if (length > MAX_CACHED_LENGTH) return this.#build(start, end);
    const slot = (hash ^ (hash >>> 12)) & (CACHE_SLOTS - 1);
    const cached = this.#cache[slot];
    if (cached !== undefined && cached.length === length && this.#equals(cached, start)) return cached;
    const text = this.#build(start, end);
    this.#cache[slot] = text;
    return text;
  }

  #equals(text: string, start: number): boolean {
    for (let i = 0; i < text.length; i += 1) {
      if (text.charCodeAt(i) !== this.#bytes[start + i]) return false;
    }
    return true;
  }

  #build(start: number, end: number): string {
    if (end - start <= MAX_JOINED_LENGTH) return joinUtf8(this.#bytes, start, end);
    const part = this.#bytes.subarray(start, end);
    if (part.length > MAX_SPREAD_LENGTH) return utf8.decode(part);
    return String.fromCharCode.apply(null, part as unknown as number[]);
  }

  #decode(start: number, end: number): string {
    if (this.#isUtf8 && end - start <= MAX_JOINED_LENGTH) return joinUtf8(this.#bytes, start, end);
    try {
      return utf8.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      const offset = this.#base + start;
      throw FormatError.of('malformed', { expected: 'UTF-8 text', found: 'other bytes', offset }, cause);
    }
  }

  /** The slow path, from the first backslash on. */
  #escaped(start: number, firstEscape: number): string {
    const bytes = this.#bytes;
    const parts: string[] = [];
    let plainFrom = start;
    let i = firstEscape;
    while (i < bytes.length) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) {
        if (i > plainFrom) parts.push(this.#decode(plainFrom, i));
        this.end = i + 1;
        return parts.join('');
      }
      if (byte < 0x20) throw this.#controlCharacter(i);
      if (byte !== BACKSLASH) {
        i += 1;
        continue;
      }
      if (i > plainFrom) parts.push(this.#decode(plainFrom, i));
      parts.push(this.#escape(i));
      i += bytes[i + 1] === LOWER_U ? 6 : 2;
      plainFrom = i;
    }
    throw this.#unterminated(bytes.length);
  }

  /** The character the escape at `at` stands for; surrogates come one by one and pair up when joined. */
  #escape(at: number): string {
    const code = this.#bytes[at + 1];
    if (code === undefined) throw this.#unterminated(at + 1);
    const simple = ESCAPES[code];
    if (simple !== undefined) return simple;
    if (code === LOWER_U) return String.fromCharCode(this.#hex4(at + 2));
    throw FormatError.of('malformed', {
      expected: 'an escape of JSON (RFC 8259 section 7)',
      found: `byte 0x${code.toString(16)} after a backslash`,
      offset: this.#base + at,
    });
  }

  #hex4(at: number): number {
    if (at + 4 > this.#bytes.length) throw this.#unterminated(this.#bytes.length);
    let value = 0;
    for (let i = at; i < at + 4; i += 1) {
      const digit = hexDigit(this.#bytes[i] as number);
      if (digit < 0) {
        throw FormatError.of('malformed', {
          expected: 'four hexadecimal digits',
          found: 'something else',
          offset: this.#base + i,
        });
      }
      value = value * 16 + digit;
    }
    return value;
  }

  #unterminated(at: number): FormatError {
    return FormatError.of('truncated', { wanted: 1, offset: this.#base + at, size: this.#base + this.#bytes.length });
  }

  #controlCharacter(at: number): FormatError {
    const found = `control character 0x${(this.#bytes[at] as number).toString(16).padStart(2, '0')}`;
    return FormatError.of('malformed', { expected: 'a printable character', found, offset: this.#base + at });
  }
}

/** Looks at the whole text piece by piece, so that no copy of it is made. */
function isUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for (let at = 0; at < bytes.length; at += VALIDATION_CHUNK_BYTES) {
      decoder.decode(bytes.subarray(at, at + VALIDATION_CHUNK_BYTES), { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** Decodes bytes known to be UTF-8 (RFC 3629), cut at character borders. */
function joinUtf8(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; ) {
    const lead = bytes[i] as number;
    const tail = (step: number): number => (bytes[i + step] as number) & 0x3f;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      i += 1;
    } else if (lead < 0xe0) {
      text += String.fromCharCode(((lead & 0x1f) << 6) | tail(1));
      i += 2;
    } else if (lead < 0xf0) {
      text += String.fromCharCode(((lead & 0x0f) << 12) | (tail(1) << 6) | tail(2));
      i += 3;
    } else {
      text += String.fromCodePoint(((lead & 0x07) << 18) | (tail(1) << 12) | (tail(2) << 6) | tail(3));
      i += 4;
    }
  }
  return text;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
