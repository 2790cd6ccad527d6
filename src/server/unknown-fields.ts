type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Paths of fields that parsing dropped: what a schema does not name, at any depth. Such a field is never silently ignored: the caller
 * means something by it, and what he means is not what would happen.
 */
export function unknownFields(given: unknown, parsed: unknown, path: string): readonly string[] {
  if (Array.isArray(given) && Array.isArray(parsed)) {
    return given.flatMap((item, index) => unknownFields(item, (parsed as unknown[])[index], `${path}.${index}`));
  }
  if (!isFields(given) || !isFields(parsed)) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const at = `${path}.${name}`;
    return Object.hasOwn(parsed, name) ? unknownFields(value, parsed[name], at) : [at];
  });
}
