import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { nearest } from '../../scan/nearest.ts';
import { StartError } from './errors.ts';
import { type ServerConfig, type ServerConfigInput, serverConfigSchema } from './schema.ts';

type Path = readonly PropertyKey[];

/**
 * Reads the configuration file (YAML 1.2; JSON is YAML), and lays over it what the command line and the environment say.
 * @throws StartError `config-invalid` with line and column of everything that is wrong with it.
 */
export function parseConfig(text: string, file: string, over: ServerConfigInput = {}): ServerConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
  if (document.errors.length > 0) {
    throw StartError.of(
      'config-invalid',
      document.errors.map((one) => `${at(one.pos[0])}: ${oneLine(one.message)}`),
    );
  }
  const parsed = serverConfigSchema.safeParse(merged(plainValue(document, file), over));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap(faultsOf);
  throw StartError.of(
    'config-invalid',
    faults.map(({ path, message, isKey }) => {
      const offset = isKey ? keyOffset(document, path) : valueOffset(document, path);
      return `${offset === undefined ? file : at(offset)}: ${path.map(String).join('.')}: ${message}`;
    }),
  );
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw StartError.of('config-invalid', `${file}: ${error instanceof Error ? oneLine(error.message) : 'unreadable'}`);
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Section by section; whatever is laid over wins, and what it does not name stays. */
function merged(below: unknown, over: unknown): unknown {
  if (!isFields(below) || !isFields(over)) return over === undefined ? below : over;
  const result: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(over)) if (value !== undefined) result[name] = merged(below[name], value);
  return result;
}

interface Fault {
  readonly path: Path;
  readonly message: string;
  /** The fault is the key itself. */
  readonly isKey: boolean;
}

function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message, isKey: false }];
  return issue.keys.map((key) => {
    const guess = nearest(key, knownKeys(issue.path));
    const message = guess === undefined ? 'unknown key' : `unknown key; did you mean ${guess}?`;
    return { path: [...issue.path, key], message, isKey: true };
  });
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** Keys that the schema has at a path. */
function knownKeys(path: Path): readonly string[] {
  let node: SchemaNode | undefined = z.toJSONSchema(serverConfigSchema, { io: 'input' }) as SchemaNode;
  for (const step of path) node = typeof step === 'number' ? node?.items : node?.properties?.[String(step)];
  return Object.keys(node?.properties ?? {});
}

function valueOffset(document: Document, path: Path): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0];
  }
  return undefined;
}

function keyOffset(document: Document, path: Path): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}
