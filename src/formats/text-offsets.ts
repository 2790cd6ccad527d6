/** One checkpoint a kilobyte: 0.4 % of the text in memory, and at most this many characters to count for an answer. */
const STEP = 1024;

/** Turns positions in decoded text (UTF-16 units) into byte offsets of its UTF-8 form. */
export class TextOffsets {
  readonly #text: string;
  readonly #base: number;
  readonly #checkpoints: number[] = [];
  readonly #isAscii: boolean;

  /** `base` is the byte offset of the first character. */
  constructor(text: string, base = 0) {
    this.#text = text;
    this.#base = base;
    let bytes = 0;
    for (let i = 0; i < text.length; i += 1) {
      if (i % STEP === 0) this.#checkpoints.push(bytes);
      bytes += utf8Length(text.charCodeAt(i));
    }
    this.#isAscii = bytes === text.length;
  }

  /** The byte offset of the character at `position`. */
  at(position: number): number {
    if (this.#isAscii) return this.#base + Math.min(position, this.#text.length);
    const checkpoint = Math.min(Math.floor(position / STEP), Math.max(0, this.#checkpoints.length - 1));
    let bytes = this.#checkpoints[checkpoint] ?? 0;
    const end = Math.min(position, this.#text.length);
    for (let i = checkpoint * STEP; i < end; i += 1) bytes += utf8Length(this.#text.charCodeAt(i));
    return this.#base + bytes;
  }
}

/** Bytes that a UTF-16 unit adds; the halves of a pair, four bytes together, count two each. */
function utf8Length(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
}
