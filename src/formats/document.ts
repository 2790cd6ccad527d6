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
  readonly syntax: 'json' | 'yaml' | 'toml' | 'literal' | 'safetensors-metadata' | 'gguf-metadata' | 'pickle';
  /** The last path segment, lower case: `config.json`, `tokenizer_config.json`, `model_config.yaml`. */
  readonly fileName: string;
  /** JSON pointer of the root when this document was found inside a string of another one; else ''. */
  readonly pointer: string;
}

/** A node with the JSON pointer (RFC 6901) that leads to it. */
export interface Located<Node extends DocumentNode = DocumentNode> {
  readonly node: Node;
  readonly pointer: string;
}

/** Appends one step to a JSON pointer, escaped as RFC 6901 §3 says. */
export function pointerTo(parent: string, step: string | number): string {
  return `${parent}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Every node of the tree, parents first. Depth is bounded by the parser that built the tree. */
export function* walk(node: DocumentNode, pointer = ''): Generator<Located> {
  yield { node, pointer };
  if (node.kind === 'map') {
    for (const entry of node.entries) yield* walk(entry.value, pointerTo(pointer, entry.key));
  } else if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) yield* walk(item, pointerTo(pointer, index));
  }
}

/** The last value of `key`, which is what Python's json and yaml keep; undefined when absent. */
export function get(node: DocumentNode | undefined, key: string): DocumentNode | undefined {
  return node?.kind === 'map' ? node.entries.findLast((entry) => entry.key === key)?.value : undefined;
}

/** The string a node holds; undefined for anything else. */
export function stringOf(node: DocumentNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}
