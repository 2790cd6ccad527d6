type Schema = Readonly<Record<string, unknown>>;

const INDENT = '  ';

/** A JSON Schema as a person reads it: like a type of TypeScript, with its bounds as comments. */
export function typeText(schema: Schema, depth = 0): string {
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return choicesText(choices as Schema[], ' | ', depth);
  if (Array.isArray(schema['allOf'])) return choicesText(schema['allOf'] as Schema[], ' & ', depth);
  if (Array.isArray(schema['type'])) return schema['type'].join(' | ');
  if (schema['type'] === 'array') return `${arrayItem(schema, depth)}[]`;
  if (schema['type'] === 'object') return objectText(schema, depth);
  return typeof schema['type'] === 'string' ? schema['type'] : 'any';
}

function choicesText(choices: readonly Schema[], between: string, depth: number): string {
  return [...new Set(choices.map((choice) => typeText(choice, depth)))].join(between);
}

function arrayItem({ items }: Schema, depth: number): string {
  const item = typeText((items ?? {}) as Schema, depth);
  return item.includes(' | ') ? `(${item})` : item;
}

function objectText(schema: Schema, depth: number): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  if (properties.length === 0) return '{ [name]: any }';
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const inner = INDENT.repeat(depth + 1);
  const lines = properties.map(([name, of]) => {
    const note = noteOf(of);
    return `${inner}${name}${required.has(name) ? '' : '?'}: ${typeText(of, depth + 1)}${note === '' ? '' : `  // ${note}`}`;
  });
  return `{\n${lines.join('\n')}\n${INDENT.repeat(depth)}}`;
}

/** Keywords that the type alone does not say, and how they are said. */
const bounds: Readonly<Record<string, (value: string) => string>> = {
  description: (value) => value,
  format: (value) => value,
  minimum: (value) => `from ${value}`,
  maximum: (value) => `to ${value}`,
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  maxItems: (value) => `at most ${value}`,
};

/** What the type alone does not say. */
export function noteOf(schema: Schema): string {
  const notes = Object.entries(bounds).flatMap(([keyword, say]) => {
    const value = schema[keyword];
    return typeof value === 'string' || typeof value === 'number' ? [say(String(value))] : [];
  });
  return [...notes, ...('default' in schema ? [`default ${JSON.stringify(schema['default'])}`] : [])].join(', ');
}
