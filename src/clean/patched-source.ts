import { BufferSource, SliceSource, type Source } from '../bytes/source.ts';
import type { Patch } from './change.ts';

interface Piece {
  /** Where it starts in the result. */
  readonly at: number;
  readonly source: Source;
  readonly size: number;
}

/** A source with some ranges replaced: a rewritten header in front of terabytes of tensors costs the header alone. */
export class PatchedSource implements Source {
  readonly size: number;
  readonly #pieces: readonly Piece[];

  constructor(base: Source, patches: readonly Patch[]) {
    const pieces: Piece[] = [];
    let size = 0;
    const add = (source: Source, length: number): void => {
      if (length > 0) pieces.push({ at: size, source, size: length });
      size += length;
    };
    let from = 0;
    for (const { start, end, bytes } of settled(patches)) {
      add(new SliceSource(base, from, start - from), start - from);
      add(new BufferSource(bytes), bytes.length);
      from = end;
    }
    add(new SliceSource(base, from, base.size - from), base.size - from);
    this.#pieces = pieces;
    this.size = size;
  }

  read(offset: number, into: Uint8Array): number {
    let done = 0;
    for (let index = this.#pieceAt(offset); done < into.length; index += 1) {
      const piece = this.#pieces[index];
      if (piece === undefined || offset + done < piece.at) break;
      const within = offset + done - piece.at;
      const room = into.subarray(done, done + Math.min(into.length - done, piece.size - within));
      const got = piece.source.read(within, room);
      done += got;
      if (got < room.length) break;
    }
    return done;
  }

  /** The piece that holds `offset`, by bisection; one past the last when none does. */
  #pieceAt(offset: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { at, size } = this.#pieces[middle] as Piece;
      if (at + size <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** In ascending order; one within another goes with it, and deletions that overlap are one. */
function settled(patches: readonly Patch[]): readonly Patch[] {
  const result: Patch[] = [];
  for (const patch of patches.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || patch.start >= last.end) result.push(patch);
    else if (patch.end > last.end) result[result.length - 1] = { ...last, end: patch.end };
  }
  return result;
}
