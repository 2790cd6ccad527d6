/** Bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const ONE_RANGE = /^bytes[ \t]*=[ \t]*(?:(\d{1,16})-(\d{0,16})|-(\d{1,16}))[ \t]*$/i;

/**
 * What a `Range` header asks of content of `size` bytes (RFC 9110 section 14.2): undefined for the whole, which also answers a header that is
 * not understood or asks for several ranges; 'unsatisfiable' where no byte of it exists.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const found = ONE_RANGE.exec(header ?? '');
  if (found === null) return undefined;
  const [, first, last, suffix] = found;
  if (suffix !== undefined) {
    const wanted = Math.min(Number(suffix), size);
    return wanted === 0 ? 'unsatisfiable' : { start: size - wanted, end: size };
  }
  const start = Number(first);
  const until = last === undefined || last === '' ? size - 1 : Number(last);
  if (last !== undefined && last !== '' && until < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(until, size - 1) + 1 };
}
