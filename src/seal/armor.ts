import { SealError } from './errors.ts';
import { checkLimit } from './limits.ts';

/** C2SP age, "ASCII armor": strict PEM (RFC 7468 figure 3) with this label. */
const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
const LINE_CHARS = 64;
const LINE_BYTES = 48;
/** Whole lines: nothing in them can be non-canonical, since 64 characters are 48 bytes exactly. */
const FULL_LINES = /(?:[A-Za-z0-9+/]{64}\r?\n)*/y;
const LAST_LINE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Decoded at once, so that a large piece costs no large regular expression match. */
const STEP_BYTES = 64 * 1024;

/** True when a file that starts so is armored: nothing but white space may stand before it. */
export function looksArmored(start: Buffer): boolean {
  return start.toString('latin1').trimStart().startsWith('-----BEGIN');
}

/** Decodes armor piece by piece, and refuses every other way to write the same bytes. */
export class ArmorDecoder {
  #state: 'before' | 'body' | 'last' | 'after' = 'before';
  #held = '';
  #whitespaceBytes = 0;

  /** @throws SealError `armor-malformed`. */
  push(piece: Uint8Array): Buffer {
    const parts: Buffer[] = [];
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    for (let start = 0; start < bytes.length; start += STEP_BYTES) {
      this.#held += bytes.toString('latin1', start, Math.min(bytes.length, start + STEP_BYTES));
      this.#takeLines(parts);
    }
    return Buffer.concat(parts);
  }

  /** @throws SealError `armor-malformed` when the armor does not end here. */
  finish(): Buffer {
    const parts: Buffer[] = [];
    if (this.#held !== '') this.#takeLine(this.#held, parts);
    this.#held = '';
    if (this.#state !== 'after') throw malformed('its last line is missing');
    return Buffer.concat(parts);
  }

  #takeLines(parts: Buffer[]): void {
    for (;;) {
      if (this.#state === 'body') this.#takeFullLines(parts);
      const end = this.#held.indexOf('\n');
      if (end === -1) break;
      const line = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + 1);
      this.#takeLine(line.endsWith('\r') ? line.slice(0, -1) : line, parts);
    }
    // White space may be long; anything else may not.
    if (this.#held.length > LINE_CHARS + 2)
      this.#takeSpace(this.#held, `a line is longer than ${LINE_CHARS} characters`);
  }

  #takeFullLines(parts: Buffer[]): void {
    FULL_LINES.lastIndex = 0;
    const lines = FULL_LINES.exec(this.#held)?.[0] ?? '';
    this.#held = this.#held.slice(lines.length);
    if (lines !== '') parts.push(Buffer.from(lines, 'base64'));
  }

  #takeLine(line: string, parts: Buffer[]): void {
    if (this.#state === 'before') {
      if (line === BEGIN) this.#state = 'body';
      else this.#takeSpace(line, 'its first line is not that of an age file');
    } else if (this.#state === 'after') {
      this.#takeSpace(line, 'something follows its last line');
    } else if (line === END) {
      this.#state = 'after';
    } else {
      parts.push(this.#lastLine(line));
    }
  }

  #lastLine(line: string): Buffer {
    if (this.#state === 'last') throw malformed('a line is too short, or its last line is wrong');
    this.#state = 'last';
    const bytes = Buffer.from(line, 'base64');
    const isCanonical = LAST_LINE.test(line) && bytes.toString('base64') === line;
    if (line === '' || line.length > LINE_CHARS || !isCanonical) throw malformed('a line is not canonical base 64');
    return bytes;
  }

  #takeSpace(text: string, otherwise: string): void {
    if (this.#state === 'body' || this.#state === 'last' || text.trim() !== '') throw malformed(otherwise);
    this.#whitespaceBytes += text.length + 1;
    checkLimit('maxArmorWhitespaceBytes', this.#whitespaceBytes);
  }
}

/** Writes armor piece by piece. */
export class ArmorEncoder {
  #held: Buffer = Buffer.alloc(0);
  #begun = false;

  push(pieces: readonly Uint8Array[]): Buffer {
    const bytes = Buffer.concat([this.#held, ...pieces]);
    const whole = bytes.length - (bytes.length % LINE_BYTES);
    this.#held = bytes.subarray(whole);
    const text = bytes.toString('base64', 0, whole).replaceAll(/.{64}/g, '$&\n');
    return Buffer.from(this.#begin() + text, 'latin1');
  }

  finish(): Buffer {
    const last = this.#held.length === 0 ? '' : `${this.#held.toString('base64')}\n`;
    return Buffer.from(`${this.#begin()}${last}${END}\n`, 'latin1');
  }

  #begin(): string {
    const line = this.#begun ? '' : `${BEGIN}\n`;
    this.#begun = true;
    return line;
  }
}

function malformed(detail: string): SealError {
  return SealError.of('armor-malformed', { detail });
}
