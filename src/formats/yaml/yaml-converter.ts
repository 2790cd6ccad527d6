import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, MapEntry, ScalarNode } from '../document.ts';

export type YamlLimits = Pick<Limits, 'maxYamlBytes' | 'maxYamlAliases' | 'maxDocumentNodes' | 'maxDocumentDepth'>;

const CORE = 'tag:yaml.org,2002:';
/** Tags of the core schema say nothing that the value does not. */
const CORE_TAGS = new Set([
  'str',
  'int',
  'float',
  'bool',
  'null',
  'map',
  'seq',
  'timestamp',
  'binary',
  'set',
  'omap',
  'pairs',
  'merge',
]);
const MERGE_KEY = '<<';
/** YAML 1.1, which PyYAML reads, has more words for true and false than 1.2. */
const OLD_BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['on', true],
  ['no', false],
  ['off', false],
]);
const NOTHING: ScalarNode = { kind: 'scalar', value: null };

/** Turns one document of the `yaml` library into our tree, with aliases and merge keys written out. */
export class YamlConverter {
  readonly #limits: YamlLimits;
  readonly #toOffset: (at: number) => number;
  readonly #anchors = new Map<string, Node>();
  /** Anchored nodes being written out: an alias to one of them would never end. */
  readonly #open = new Set<unknown>();
  #nodes = 0;
  #aliases = 0;
  #depth = 0;

  constructor(limits: YamlLimits, toOffset: (at: number) => number) {
    this.#limits = limits;
    this.#toOffset = toOffset;
  }

  /** @throws LimitError */
  convert(node: unknown): DocumentNode {
    if (isAlias(node)) return this.#alias(node.source);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return NOTHING;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#count();
    if (isScalar(node)) return this.#scalar(node);
    this.#open.add(node);
    this.#depth += 1;
    const { maxDocumentDepth } = this.#limits;
    if (this.#depth > maxDocumentDepth) throw LimitError.of('maxDocumentDepth', maxDocumentDepth, this.#depth);
    const converted = isMap(node) ? this.#map(node) : this.#list(node);
    this.#depth -= 1;
    this.#open.delete(node);
    return converted;
  }

  #count(): void {
    this.#nodes += 1;
    const { maxDocumentNodes } = this.#limits;
    if (this.#nodes > maxDocumentNodes) throw LimitError.of('maxDocumentNodes', maxDocumentNodes, 'more');
  }

  #alias(name: string): DocumentNode {
    this.#aliases += 1;
    const { maxYamlAliases } = this.#limits;
    if (this.#aliases > maxYamlAliases) throw LimitError.of('maxYamlAliases', maxYamlAliases, 'more');
    const target = this.#anchors.get(name);
    return target === undefined || this.#open.has(target) ? NOTHING : this.convert(target);
  }

  #scalar(node: Scalar): ScalarNode {
    return { kind: 'scalar', value: valueOf(node), ...this.#place(node) };
  }

  #map(node: YAMLMap): DocumentNode {
    const entries = node.items.flatMap((pair) => (isPair(pair) ? this.#entries(pair) : []));
    return { kind: 'map', entries, ...this.#place(node) };
  }

  #list(node: YAMLSeq): DocumentNode {
    return { kind: 'list', items: node.items.map((item) => this.convert(item)), ...this.#place(node) };
  }

  #entries(pair: Pair): MapEntry[] {
    const key = this.convert(pair.key);
    const value = this.convert(pair.value);
    const name = key.kind === 'scalar' ? String(key.value) : `<${key.kind}>`;
    const span = key.span;
    const own: MapEntry = { key: name, value, ...(span === undefined ? {} : { keySpan: span }) };
    if (name === MERGE_KEY) return [...mergedEntries(value), own];
    // A key may be a tagged or nested node, which a loader builds too.
    return key.kind === 'scalar' && key.tag === undefined ? [own] : [{ key: `? ${name}`, value: key }, own];
  }

  #place(node: Node): { span?: Span; tag?: string } {
    const tag = foreignTag(node.tag);
    const range = node.range;
    return {
      ...(range ? { span: { start: this.#toOffset(range[0]), end: this.#toOffset(range[1]) } } : {}),
      ...(tag === undefined ? {} : { tag }),
    };
  }
}

/** The entries a merge key pulls in, from a map or a list of maps; they come first, so that own keys win. */
function mergedEntries(value: DocumentNode): readonly MapEntry[] {
  if (value.kind === 'map') return value.entries;
  return value.kind === 'list' ? value.items.flatMap((item) => (item.kind === 'map' ? item.entries : [])) : [];
}

/** `!!python/name:os.system` for `tag:yaml.org,2002:python/name:os.system`; undefined for tags of the core schema. */
function foreignTag(written: string | undefined): string | undefined {
  if (written === undefined || written === '!' || written === '?') return undefined;
  const tag = unescaped(written);
  if (!tag.startsWith(CORE)) return tag;
  const name = tag.slice(CORE.length);
  return CORE_TAGS.has(name) ? undefined : `!!${name}`;
}

/** The library undoes the escapes of a tag's suffix; PyYAML does in `!<…>` and in what `%TAG` puts before it, too. */
function unescaped(tag: string): string {
  return tag.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function valueOf(node: Scalar): ScalarNode['value'] {
  const { value, source = '' } = node;
  if (typeof value === 'string') {
    return node.type === Scalar.PLAIN ? (OLD_BOOLEANS.get(value.toLowerCase()) ?? value) : value;
  }
  if (typeof value === 'number') return isLongInteger(value, source) ? BigInt(source.replace('+', '')) : value;
  return value === null || typeof value === 'boolean' || typeof value === 'bigint' ? value : source;
}

function isLongInteger(value: number, source: string): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d{1,4300}$/.test(source);
}
