import type { ContentMeter } from './digest.ts';

export interface ContentPart {
  readonly body: Buffer;
  readonly isLast: boolean;
}

/** What a part has room for at first; it grows to what comes. */
const FIRST_BYTES = 64 * 1024;

/**
 * Measures content and cuts it into parts of one length; the last may be shorter, and is empty only where there is no content. Nothing of a
 * chunk is kept.
 */
export async function* partsOf(
  content: AsyncIterable<Uint8Array>,
  meter: ContentMeter,
  partBytes: number,
): AsyncGenerator<ContentPart, void> {
  let part = new GrowingPart(partBytes);
  for await (const chunk of content) {
    meter.add(chunk);
    // Only with another byte at hand is a full part known not to be the last.
    for (let rest = part.add(chunk); rest.byteLength > 0; rest = part.add(rest)) {
      yield { body: part.body, isLast: false };
      part = new GrowingPart(partBytes);
    }
  }
  yield { body: part.body, isLast: true };
}

class GrowingPart {
  readonly #maxBytes: number;
  #room: Buffer;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#room = Buffer.allocUnsafe(Math.min(FIRST_BYTES, maxBytes));
  }

  get body(): Buffer {
    return this.#room.subarray(0, this.#bytes);
  }

  /** @returns what it has no room for */
  add(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, this.#maxBytes - this.#bytes);
    const needed = this.#bytes + taken.byteLength;
    if (needed > this.#room.byteLength) this.#grow(needed);
    this.#room.set(taken, this.#bytes);
    this.#bytes = needed;
    return chunk.subarray(taken.byteLength);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#room.byteLength)));
    larger.set(this.body);
    this.#room = larger;
  }
}
