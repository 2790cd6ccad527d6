export interface PageQuery {
  readonly limit: number;
  /** The id after which to go on. */
  readonly cursor?: string | undefined;
}

/** Of one row more than asked for: the page, and where to go on. */
export function readPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  limit: number,
): { readonly items: readonly Row[]; readonly next: string | null } {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
