/** True when a path is in a table, or below an entry that ends in a dot. */
export function matches(path: string, table: readonly string[]): boolean {
  return table.some((entry) => (entry.endsWith('.') ? path.startsWith(entry) : path === entry));
}
