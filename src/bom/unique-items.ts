import type { FuncKeywordDefinition } from 'ajv';

/**
 * `uniqueItems` in the time of one pass. Ajv compares every two items: a list of 10^5 files takes it half an hour, and
 * such a list is soon written by whoever wants a check never to end.
 */
export const uniqueItems: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must NOT have duplicate items' },
  validate: (isWanted: boolean, items: readonly unknown[]) => !isWanted || items.length < 2 || areDistinct(items),
};

function areDistinct(items: readonly unknown[]): boolean {
  const numbers = new Numbers();
  return new Set(items.map((item) => numbers.of(item))).size === items.length;
}

/** Numbers values so that equal ones, whatever the order of their keys, have the same. */
class Numbers {
  readonly #known = new Map<string, number>();

  of(value: unknown): number {
    const key = this.#key(value);
    const known = this.#known.get(key) ?? this.#known.size;
    this.#known.set(key, known);
    return known;
  }

  /** No two different values have one: strings begin with a quote, lists and objects with their bracket. */
  #key(value: unknown): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((one) => this.of(one)).join()}]`;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${this.of(one)}`).join()}}`;
  }
}
