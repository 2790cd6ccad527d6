type Schema = Readonly<Record<string, unknown>>;

const HEAD = `# Configuration of the server

Written from the schema of the configuration by \`npm run gen\`; \`docs/schema/server-config.schema.json\` is the same for editors and
programs. Every key is optional. Unknown keys are refused. Paths are relative to the file. How a server is run is in
[serve.md](serve.md).

`;

/** Every key of the configuration as a table for each section, from its JSON Schema. */
export function configReference(schema: Schema): string {
  const sections = Object.entries(propertiesOf(schema)).map(([name, of]) => section(name, of));
  return `${HEAD}${sections.join('\n')}`;
}

function section(name: string, schema: Schema): string {
  const rows = rowsOf(name, schema);
  const about =
    typeof schema['description'] === 'string' && rows.length > 1 ? `${sentence(schema['description'])}\n\n` : '';
  const table = rows.map(([key, kind, meaning]) => `| \`${key}\` | ${kind} | ${meaning} |`).join('\n');
  return `## ${name}\n\n${about}| key | value | meaning |\n|---|---|---|\n${table}\n`;
}

type Row = readonly [key: string, kind: string, meaning: string];

function rowsOf(path: string, schema: Schema): readonly Row[] {
  const choices = (schema['anyOf'] ?? []) as readonly Schema[];
  if (choices.some((choice) => choice['type'] === 'object')) return choices.flatMap((choice) => rowsOf(path, choice));
  const items = schema['items'] as Schema | undefined;
  if (items?.['type'] === 'object') return rowsOf(`${path}[]`, items);
  const properties = Object.entries(propertiesOf(schema));
  if (schema['type'] !== 'object') return [[path, kindOf(schema), meaningOf(schema)]];
  if (properties.length === 0) return [[path, '`{}`', meaningOf(schema)]];
  return properties.flatMap(([name, of]) => rowsOf(`${path}.${name}`, of));
}

const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> =>
  (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;

function kindOf(schema: Schema): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(', ');
  const choices = schema['anyOf'] as readonly Schema[] | undefined;
  if (choices !== undefined) return [...new Set(choices.map(kindOf))].join(' or ');
  if (schema['type'] === 'array') return `list of ${kindOf((schema['items'] ?? {}) as Schema)}`;
  const { minimum, maximum } = schema;
  const range = typeof minimum === 'number' && typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  const type = typeof schema['type'] === 'string' ? schema['type'] : 'any';
  return range ? `${type} ${minimum}–${maximum}` : type;
}

function meaningOf(schema: Schema): string {
  const about = typeof schema['description'] === 'string' ? sentence(schema['description']) : '';
  const initial = 'default' in schema ? `Default: \`${JSON.stringify(schema['default'])}\`.` : '';
  return [about, initial]
    .filter((text) => text !== '')
    .join(' ')
    .replaceAll('|', String.raw`\|`);
}

/** A first word that is a value or an address stays as it is. */
function sentence(text: string): string {
  const [first = ''] = text.split(' ');
  return `${/[:/]/.test(first) ? first.charAt(0) : text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
