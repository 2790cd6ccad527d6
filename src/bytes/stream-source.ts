import { FormatError, LimitError } from './errors.ts';
import type { Budget } from './limits.ts';
import type { Source } from './source.ts';

/** Decoded bytes in order; `null` at the end. A chunk is only valid until the next call. */
export interface ChunkReader {
  next(): Uint8Array | null;
  /** Encoded bytes consumed so far, for the expansion ratio. */
  readonly consumedBytes: number;
}

const MAX_CACHED_BYTES = 16 * 1024 * 1024;

/**
 * Random access over a decoder that only runs forward: the most recent 16 MiB are kept, an older offset
 * starts the decoder over, and both growth and restarts are bounded.
 */
export class StreamSource implements Source {
  readonly #open: () => ChunkReader;
  readonly #budget: Budget;
  #reader: ChunkReader;
  #chunks: { start: number; bytes: Uint8Array }[] = [];
  #cachedBytes = 0;
  #produced = 0;
  #counted = 0;
  #rewinds = 0;
  #size: number | undefined;

  constructor(open: () => ChunkReader, budget: Budget) {
    this.#open = open;
    this.#budget = budget;
    this.#reader = open();
  }

  /** Runs the decoder to its end when that has not happened yet. @throws FormatError, LimitError as the decoder does. */
  get size(): number {
    while (this.#size === undefined) this.#advance();
    return this.#size;
  }

  /** Encoded bytes the decoder has consumed: once `size` is known, where the compressed stream ends. */
  get consumedBytes(): number {
    return this.#reader.consumedBytes;
  }

  read(offset: number, into: Uint8Array): number {
    if (offset < (this.#chunks[0]?.start ?? this.#produced)) this.#rewind();
    let copied = 0;
    while (copied < into.length) {
      const at = offset + copied;
      while (at >= this.#produced && this.#advance());
      const part = this.#cached(at);
      if (part === undefined) break;
      const taken = part.subarray(0, into.length - copied);
      into.set(taken, copied);
      copied += taken.length;
    }
    return copied;
  }

  #cached(at: number): Uint8Array | undefined {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle] as { start: number; bytes: Uint8Array };
      if (at < chunk.start) high = middle - 1;
      else if (at >= chunk.start + chunk.bytes.length) low = middle + 1;
      else return chunk.bytes.subarray(at - chunk.start);
    }
    return undefined;
  }

  /** Decodes one more chunk; false at the end. */
  #advance(): boolean {
    const chunk = this.#reader.next();
    if (chunk === null) {
      this.#size = this.#produced;
      return false;
    }
    if (chunk.length === 0) return true;
    this.#chunks.push({ start: this.#produced, bytes: chunk.slice() });
    this.#produced += chunk.length;
    this.#cachedBytes += chunk.length;
    this.#spend();
    while (this.#cachedBytes > MAX_CACHED_BYTES && this.#chunks.length > 1) {
      this.#cachedBytes -= (this.#chunks.shift() as { bytes: Uint8Array }).bytes.length;
    }
    return true;
  }

  #spend(): void {
    if (this.#produced <= this.#counted) return this.#budget.checkTime();
    this.#budget.spendInflated(this.#produced - this.#counted);
    this.#counted = this.#produced;
    const { maxInflationRatio, minRatioBytes } = this.#budget.limits;
    const ratio = this.#produced / Math.max(1, this.#reader.consumedBytes);
    if (this.#produced > minRatioBytes && ratio > maxInflationRatio) {
      throw LimitError.of('maxInflationRatio', maxInflationRatio, Math.round(ratio));
    }
  }

  #rewind(): void {
    this.#rewinds += 1;
    const { maxRewinds } = this.#budget.limits;
    if (this.#rewinds > maxRewinds) throw LimitError.of('maxRewinds', maxRewinds, this.#rewinds);
    this.#reader = this.#open();
    this.#chunks = [];
    this.#cachedBytes = 0;
    this.#produced = 0;
  }
}

/** Turns what a third-party decoder throws into a FormatError at `offset` of the encoded stream. */
export function decodingFailed(codec: string, offset: number, cause: unknown): FormatError {
  const found = cause instanceof Error ? cause.message : String(cause);
  return FormatError.of('malformed', { expected: `a valid ${codec} stream`, found, offset }, cause);
}
