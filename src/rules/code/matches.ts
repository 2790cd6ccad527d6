interface Index {
  readonly exact: ReadonlySet<string>;
  /** Entries that end in a dot, by their first segment. */
  readonly below: ReadonlyMap<string, readonly string[]>;
}

const indexes = new WeakMap<readonly string[], Index>();

/** True when a path is in a table, or below an entry that ends in a dot. */
export function matches(path: string, table: readonly string[]): boolean {
  const { exact, below } = indexOf(table);
  if (exact.has(path)) return true;
  const dot = path.indexOf('.');
  return dot !== -1 && (below.get(path.slice(0, dot))?.some((entry) => path.startsWith(entry)) ?? false);
}

function indexOf(table: readonly string[]): Index {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const prefixes = table.filter((entry) => entry.endsWith('.'));
  const fresh = { exact: new Set(table), below: Map.groupBy(prefixes, (entry) => entry.slice(0, entry.indexOf('.'))) };
  indexes.set(table, fresh);
  return fresh;
}
