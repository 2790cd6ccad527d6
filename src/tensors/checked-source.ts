import { FormatError } from '../bytes/errors.ts';
import type { Source } from '../bytes/source.ts';

/** The checksum a format keeps of some bytes. */
export interface StoredChecksum {
  /** What the bytes are, for messages. */
  readonly what: string;
  /** Where in the file it is said that they have this checksum. */
  readonly offset: number;
  readonly size: number;
  readonly expected: number;
  /** The checksum of more bytes, going on from that of those before; 0 at the start. */
  readonly update: (bytes: Uint8Array, before: number) => number;
}

/**
 * Bytes whose checksum is verified by whoever reads all of them in ascending order: of damaged content nobody then sees
 * the last piece. Looking only at a part verifies nothing, as everywhere.
 */
export class CheckedSource implements Source {
  readonly size: number;
  readonly #content: Source;
  readonly #checksum: StoredChecksum;
  #value = 0;
  #checkedTo = 0;

  constructor(content: Source, checksum: StoredChecksum) {
    this.#content = content;
    this.#checksum = checksum;
    this.size = checksum.size;
  }

  get sequential(): boolean {
    return this.#content.sequential === true;
  }

  /** @throws FormatError when the content goes on after its declared size, or has another checksum. */
  read(offset: number, into: Uint8Array): number {
    const room = Math.max(0, Math.min(into.length, this.size - offset));
    const got = this.#content.read(offset, into.subarray(0, room));
    if (offset <= this.#checkedTo && offset + got > this.#checkedTo) {
      this.#value = this.#checksum.update(into.subarray(this.#checkedTo - offset, got), this.#value);
      this.#checkedTo = offset + got;
      if (this.#checkedTo === this.size) this.#finish();
    }
    return got;
  }

  #finish(): void {
    const { expected, what, offset } = this.#checksum;
    const goesOn = this.sequential && this.#content.read(this.size, new Uint8Array(1)) > 0;
    if (goesOn) {
      const found = 'more';
      throw FormatError.of('malformed', { expected: `${this.size} bytes in ${what}`, found, offset });
    }
    if (this.#value === expected) return;
    const found = this.#value.toString(16);
    throw FormatError.of('malformed', { expected: `checksum ${expected.toString(16)} of ${what}`, found, offset });
  }
}
