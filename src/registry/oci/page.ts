import { OciError } from './errors.ts';

export interface PageQuery {
  /** Most that is wanted; null: all there is. */
  readonly n: number | null;
  /** The last of the page before. */
  readonly last: string | null;
}

export interface Page {
  readonly items: readonly string[];
  /** For `last` of the next page; null: there is none. */
  readonly next: string | null;
}

const MAX_LAST_CHARACTERS = 255;

/** Reads `n` and `last` (distribution specification, section "Listing Tags"). @throws OciError `oci-request-wrong` */
export function readPageQuery(query: URLSearchParams): PageQuery {
  const n = query.get('n');
  const last = query.get('last');
  if (n !== null && !/^\d{1,9}$/.test(n)) throw OciError.of('oci-request-wrong', 'expected n to be a number');
  if ((last?.length ?? 0) > MAX_LAST_CHARACTERS)
    throw OciError.of('oci-request-wrong', 'expected last to be one of the list');
  return { n: n === null ? null : Number(n), last };
}

/** @param sorted in the order of their bytes */
export function pageOf(sorted: readonly string[], { n, last }: PageQuery): Page {
  const rest = last === null ? sorted : sorted.filter((item) => item > last);
  const items = rest.slice(0, n ?? rest.length);
  return { items, next: items.length < rest.length ? (items.at(-1) ?? null) : null };
}
