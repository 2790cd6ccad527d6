import type { Span } from '../../bytes/span.ts';
import {
  type ConfigDocument,
  type DocumentNode,
  get,
  type MapNode,
  pointerOf,
  type ScalarNode,
  stringOf,
  traverse,
  type Visit,
} from '../../formats/document.ts';
import { POWER_KEYS, type PowerKey } from '../data/config-keys.ts';

const powerKeys: ReadonlySet<string> = new Set(POWER_KEYS);

/** A place in a document that some rule asks about. */
export class Place {
  readonly node: DocumentNode;
  readonly #visit: Visit;
  readonly #document: ConfigDocument;

  constructor(visit: Visit, document: ConfigDocument) {
    this.node = visit.node;
    this.#visit = visit;
    this.#document = document;
  }

  /** The map it is an entry of. */
  get map(): MapNode | undefined {
    const parent = this.#visit.parent?.node;
    return parent?.kind === 'map' ? parent : undefined;
  }

  /** Its key or index. */
  get step(): string | number | undefined {
    return this.#visit.step;
  }

  get text(): string | undefined {
    return stringOf(this.node);
  }

  get pointer(): string {
    return pointerOf(this.#visit, this.#document.pointer);
  }

  get span(): Span | undefined {
    return this.#document.carrier ?? this.node.span;
  }

  /** True when the map that holds it is the root. */
  get isTop(): boolean {
    return this.#visit.parent !== undefined && this.#visit.parent.parent === undefined;
  }

  /** Another entry of the same map. */
  sibling(key: string): DocumentNode | undefined {
    return get(this.map, key);
  }

  /** The step above, and so on: `at(1)` is the key that holds the map this is in. */
  stepAbove(levels: number): string | number | undefined {
    let visit: Visit | undefined = this.#visit;
    for (let i = 0; i < levels; i += 1) visit = visit?.parent;
    return visit?.step;
  }
}

/** A document looked through once, so that forty rules do not walk a tree of a million nodes each. */
export interface DocumentIndex {
  readonly document: ConfigDocument;
  /** Every entry with this key, at any depth, duplicates included. */
  keyed(key: PowerKey): readonly Place[];
  /** Entries whose key starts with `@`. */
  readonly registryKeys: readonly Place[];
  /** Strings with `${` in them, or `$` at their start. */
  readonly expressions: readonly Place[];
  /** Nodes with a YAML tag beyond the core schema. */
  readonly tagged: readonly Place[];
  /** Keys that stand twice in one map. */
  readonly duplicates: readonly Place[];
  /** The root as a place. */
  readonly root: Place;
}

const indexes = new WeakMap<ConfigDocument, DocumentIndex>();

/** The index of a document, built at the first call. */
export function indexOf(document: ConfigDocument): DocumentIndex {
  const known = indexes.get(document);
  if (known !== undefined) return known;
  const index = build(document);
  indexes.set(document, index);
  return index;
}

function build(document: ConfigDocument): DocumentIndex {
  const byKey = new Map<string, Place[]>();
  const registryKeys: Place[] = [];
  const expressions: Place[] = [];
  const tagged: Place[] = [];
  const duplicates: Place[] = [];
  traverse(document.root, (visit) => {
    const { node, step } = visit;
    const place = (): Place => new Place(visit, document);
    if (typeof step === 'string' && powerKeys.has(step)) append(byKey, step, place());
    else if (typeof step === 'string' && step.startsWith('@')) registryKeys.push(place());
    if (node.tag !== undefined) tagged.push(place());
    if (isExpression(node)) expressions.push(place());
    if (node.kind === 'map') {
      for (const entry of duplicateEntries(node)) {
        duplicates.push(new Place({ node: entry.value, step: entry.key, parent: visit }, document));
      }
    }
  });
  const root = new Place({ node: document.root, step: undefined, parent: undefined }, document);
  return { document, keyed: (key) => byKey.get(key) ?? [], registryKeys, expressions, tagged, duplicates, root };
}

function append(map: Map<string, Place[]>, key: string, place: Place): void {
  const places = map.get(key);
  if (places === undefined) map.set(key, [place]);
  else places.push(place);
}

function isExpression(node: DocumentNode): node is ScalarNode {
  return (
    node.kind === 'scalar' &&
    typeof node.value === 'string' &&
    (node.value.includes('${') || node.value.startsWith('$'))
  );
}

/** Larger maps are vocabularies and tables of tensors; telling keys apart there costs more than reading the file. */
const MAX_DISTINGUISHED_KEYS = 2000;

function duplicateEntries(node: MapNode): MapNode['entries'] {
  if (node.entries.length > MAX_DISTINGUISHED_KEYS) return [];
  const seen = new Set<string>();
  return node.entries.filter((entry) => seen.size === seen.add(entry.key).size);
}
