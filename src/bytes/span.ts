/** A byte range `[start, end)` of a source. Plain numbers: offsets stay exact up to 2^53. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A set of byte ranges, merged as they come; adjacent appends, the usual case, cost O(1). */
export class SpanSet {
  #spans: { start: number; end: number }[] = [];
  #sorted = true;

  add(start: number, end: number): void {
    if (end <= start) return;
    const last = this.#spans.at(-1);
    if (last === undefined || start > last.end) {
      this.#spans.push({ start, end });
    } else if (start >= last.start) {
      last.end = Math.max(last.end, end);
    } else {
      this.#spans.push({ start, end });
      this.#sorted = false;
    }
  }

  /** The merged ranges in ascending order. */
  spans(): readonly Span[] {
    if (!this.#sorted) this.#merge();
    return this.#spans;
  }

  /** Number of bytes covered. */
  get bytes(): number {
    return this.spans().reduce((sum, span) => sum + (span.end - span.start), 0);
  }

  /** What `[0, size)` holds beyond this set. */
  gaps(size: number): Span[] {
    const gaps: Span[] = [];
    let at = 0;
    for (const span of this.spans()) {
      if (span.start > at) gaps.push({ start: at, end: Math.min(span.start, size) });
      at = Math.max(at, span.end);
      if (at >= size) break;
    }
    if (at < size) gaps.push({ start: at, end: size });
    return gaps;
  }

  #merge(): void {
    const sorted = this.#spans.sort((a, b) => a.start - b.start);
    this.#spans = [];
    this.#sorted = true;
    for (const span of sorted) this.add(span.start, span.end);
  }
}

/** Ranges in ascending order, those that touch or overlap joined. */
export function joined(ranges: Iterable<Span>): readonly Span[] {
  const set = new SpanSet();
  for (const { start, end } of ranges) set.add(start, end);
  return set.spans();
}
