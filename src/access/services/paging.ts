export interface Paged<Item> {
  readonly items: Item[];
  /** Goes into the next request; null at the end. */
  readonly next: string | null;
}

export interface Paging {
  readonly limit: number;
  /** The id that the page before ended with. */
  readonly cursor?: string | undefined;
}

/** A page of rows that were asked for with one more than the limit: whether there is more is known without another query. */
export function pageOf<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Paged<Item> {
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { items: shown.map(toItem), next };
}
