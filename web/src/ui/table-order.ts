export type SortKey = string | number | null;

export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** What a click on the head of a column does: first ascending, then descending. */
export function nextOrder(current: Order | null, column: string): Order {
  return { column, descending: current?.column === column && !current.descending };
}

/** Sorts a copy; rows without a key come last either way, and equal rows keep their order. */
export function sortRows<Row>(rows: readonly Row[], keyOf: (row: Row) => SortKey, descending: boolean): Row[] {
  const direction = descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = keyOf(left);
    const b = keyOf(right);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return direction * compareKeys(a, b);
  });
}

function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { sensitivity: 'base', numeric: true });
}

/** Every word somewhere in the text, in any order. */
export function matches(text: string, filter: string): boolean {
  const haystack = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
