import { reviewLimits } from './limits.ts';

/** Rows in portions that fit into one statement. */
export function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const size = reviewLimits.rowsPerInsert;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
