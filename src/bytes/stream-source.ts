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

export interface StreamOptions {
  /** Size the container declares: `size` is then known without decoding everything. It is a claim until the stream ended. */
  readonly declaredSize?: number;
}

/**
 * Random access over a decoder that only runs forward: the most recent 16 MiB are kept, an older offset
 * starts the decoder over, and both growth and restarts are bounded.
 *
 * Damage and limits end the view early instead of hiding what came before them, as a loader that reads in pieces
 * has acted on it by then. Whoever made the source asks for `failure` afterwards and reports it.
 */
export class StreamSource implements Source {
  readonly sequential = true;
  readonly #open: () => ChunkReader;
  readonly #budget: Budget;
  readonly #declaredSize: number | undefined;
  #reader: ChunkReader | undefined;
  #failure: FormatError | LimitError | undefined;
  #chunks: { start: number; bytes: Uint8Array }[] = [];
  #cachedBytes = 0;
  #produced = 0;
  #counted = 0;
  #rewinds = 0;
  #size: number | undefined;

  constructor(open: () => ChunkReader, budget: Budget, options: StreamOptions = {}) {
    this.#open = open;
    this.#budget = budget;
    this.#declaredSize = options.declaredSize;
  }

  /** The declared size, else runs the decoder to its end when that has not happened yet. */
  get size(): number {
    return this.#size ?? this.#declaredSize ?? this.finish();
  }

  /** Runs the decoder to its end and returns the number of bytes there really are. */
  finish(): number {
    while (this.#size === undefined) this.#advance();
    return this.#size;
  }

  /** True once the decoder has reached its end, or failed. */
  get ended(): boolean {
    return this.#size !== undefined;
  }

  /** What ended the view before the end of the stream. */
  get failure(): FormatError | LimitError | undefined {
    return this.#failure;
  }

  /** Encoded bytes the decoder has consumed: once it has ended, where the compressed stream ends. */
  get consumedBytes(): number {
    return this.#reader?.consumedBytes ?? 0;
  }

  /** @throws FormatError, LimitError as the decoder does, at the place where it failed. */
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
    if (copied === 0 && into.length > 0 && this.#failure !== undefined && offset >= this.#produced) throw this.#failure;
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
    if (this.#size !== undefined && this.#produced >= this.#size) return false;
    try {
      this.#reader ??= this.#open();
      const chunk = this.#reader.next();
      if (chunk !== null) {
        this.#keep(chunk);
        return true;
      }
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof LimitError)) throw error;
      this.#failure = error;
    }
    this.#size = this.#produced;
    return false;
  }

  #keep(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push({ start: this.#produced, bytes: chunk.slice() });
    this.#produced += chunk.length;
    this.#cachedBytes += chunk.length;
    while (this.#cachedBytes > MAX_CACHED_BYTES && this.#chunks.length > 1) {
      this.#cachedBytes -= (this.#chunks.shift() as { bytes: Uint8Array }).bytes.length;
    }
    this.#spend();
  }

  #spend(): void {
    if (this.#produced <= this.#counted) return this.#budget.checkTime();
    this.#budget.spendInflated(this.#produced - this.#counted);
    this.#counted = this.#produced;
    const { maxInflationRatio, minRatioBytes } = this.#budget.limits;
    const ratio = this.#produced / Math.max(1, this.consumedBytes);
    if (this.#produced > minRatioBytes && ratio > maxInflationRatio) {
      throw LimitError.of('maxInflationRatio', maxInflationRatio, Math.round(ratio));
    }
  }

  #rewind(): void {
    this.#rewinds += 1;
    const { maxRewinds } = this.#budget.limits;
    if (this.#rewinds > maxRewinds) throw LimitError.of('maxRewinds', maxRewinds, this.#rewinds);
    this.#reader = undefined;
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
