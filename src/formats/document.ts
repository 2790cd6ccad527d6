import type { Span } from '../bytes/span.ts';

/** A node of a configuration tree. Maps keep every entry in order, duplicates included: loaders differ in which one wins. */
export type DocumentNode = MapNode | ListNode | ScalarNode;

interface NodeBase {
  /** Where it stands in the source, when the parser knows. */
  readonly span?: Span;
  /** A YAML tag other than the core schema's, as written or resolved (`!!python/name:os.system`, `!new:torch.nn.Linear`). */
  readonly tag?: string;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly value: DocumentNode;
  readonly keySpan?: Span;
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly DocumentNode[];
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | bigint | boolean | null;
  /** Stands for an item of a long list of plain data that was checked but not kept. */
  readonly elided?: true;
}

/** Who reads such a document and so which keys have power; taken from the name and the carrier. */
export interface ConfigDocument {
  readonly root: DocumentNode;
  /** How it was written. `literal`: a Python literal found inside a string. */
  readonly syntax: DocumentSyntax;
  /** The last path segment, lower case: `config.json`, `tokenizer_config.json`, `model_config.yaml`. */
  readonly fileName: string;
  /** JSON pointer of the root when this document was found inside a string of another one; else ''. */
  readonly pointer: string;
  /** Where that string stands in the source. The spans of the nodes then count from the start of its text. */
  readonly carrier?: Span;
}

type DocumentSyntax =
  | 'json'
  | 'yaml'
  | 'toml'
  | 'ini'
  | 'pbtxt'
  | 'xml'
  | 'git-lfs-pointer'
  | 'literal'
  | 'safetensors-metadata'
  | 'gguf-metadata'
  | 'onnx-metadata'
  | 'ubjson'
  | 'hdf5-attributes'
  | 'pickle';

/** Appends one step to a JSON pointer, escaped as RFC 6901 §3 says. */
export function pointerTo(parent: string, step: string | number): string {
  return `${parent}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A node on the way through a tree, linked to where it came from. */
export interface Visit {
  readonly node: DocumentNode;
  /** Key or index in the parent; undefined for the root. */
  readonly step: string | number | undefined;
  readonly parent: Visit | undefined;
  /** The entry of the parent map, when the parent is one. */
  readonly entry?: MapEntry;
}

/** Calls `visitor` for every node, parents before children, in order. Needs no stack however deep the tree is. */
export function traverse(root: DocumentNode, visitor: (visit: Visit) => void): void {
  const visit: Visit = { node: root, step: undefined, parent: undefined };
  visitor(visit);
  const open = [{ visit, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = childAt(top.visit, top.next);
    top.next += 1;
    if (child === undefined) open.pop();
    else if (child !== null) {
      visitor(child);
      if (child.node.kind !== 'scalar') open.push({ visit: child, next: 0 });
    }
  }
}

/** The child at `index`; null for one that was not kept, undefined past the last. */
function childAt(parent: Visit, index: number): Visit | null | undefined {
  const { node } = parent;
  if (node.kind === 'map') {
    const entry = node.entries[index];
    return entry && { node: entry.value, step: entry.key, parent, entry };
  }
  const item = node.kind === 'list' ? node.items[index] : undefined;
  if (item?.kind === 'scalar' && item.elided === true) return null;
  return item && { node: item, step: index, parent };
}

/** The JSON pointer of a visited node, below `root`. */
export function pointerOf(visit: Visit, root = ''): string {
  const steps: (string | number)[] = [];
  for (let at: Visit | undefined = visit; at?.step !== undefined; at = at.parent) steps.push(at.step);
  return steps.toReversed().reduce<string>(pointerTo, root);
}

/** The last value of `key`, which is what Python's json and yaml keep; undefined when absent. */
export function get(node: DocumentNode | undefined, key: string): DocumentNode | undefined {
  if (node?.kind !== 'map') return undefined;
  if (node.entries.length > MAX_SEARCHED_ENTRIES) return valuesOf(node).get(key);
  return node.entries.findLast((entry) => entry.key === key)?.value;
}

/** In a larger map every key is looked up once and remembered: rules ask for neighbours of each of its entries. */
const MAX_SEARCHED_ENTRIES = 64;
const valuesByMap = new WeakMap<MapNode, ReadonlyMap<string, DocumentNode>>();

function valuesOf(map: MapNode): ReadonlyMap<string, DocumentNode> {
  const known = valuesByMap.get(map);
  if (known !== undefined) return known;
  const values = new Map(map.entries.map(({ key, value }) => [key, value]));
  valuesByMap.set(map, values);
  return values;
}

/** The string a node holds; undefined for anything else. */
export function stringOf(node: DocumentNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}
