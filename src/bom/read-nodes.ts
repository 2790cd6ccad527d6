import { get, pointerTo, type DocumentNode } from '../formats/document.ts';
import { visibleShort } from '../scan/visible-text.ts';
import type { Stated } from './facts.ts';

/** Longer texts are cut and say so: a bill of materials is a list, not a copy. */
const MAX_TEXT = 2000;
/** Entries of one list that are taken over. */
const MAX_ITEMS = 1000;

/** A document together with where it lies. */
export interface Document {
  readonly file: string;
  readonly root: DocumentNode;
}

/** A text from a file as one line in which every character shows. */
export function plainText(text: string, maxLength = MAX_TEXT): string {
  return visibleShort(text.replaceAll(/\s+/g, ' ').trim(), maxLength);
}

/** A scalar as text; undefined for null, empty text and anything with parts. */
export function scalarText(node: DocumentNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null || node.elided === true) return undefined;
  const text = plainText(String(node.value));
  return text === '' ? undefined : text;
}

/** The scalar under a key, with where it stands. */
export function statedAt(document: Document, key: string, parent?: Place): Stated | undefined {
  const place = parent ?? { node: document.root, pointer: '' };
  const value = scalarText(get(place.node, key));
  if (value === undefined) return undefined;
  return { value, origin: { file: document.file, pointer: pointerTo(place.pointer, key) } };
}

/** A node and its JSON pointer. */
export interface Place {
  readonly node: DocumentNode;
  readonly pointer: string;
}

export function placeAt(parent: Place, key: string): Place | undefined {
  const node = get(parent.node, key);
  return node === undefined ? undefined : { node, pointer: pointerTo(parent.pointer, key) };
}

/** The items of a list; of anything else nothing. */
export function itemsOf(place: Place | undefined): readonly Place[] {
  if (place?.node.kind !== 'list') return [];
  return place.node.items
    .slice(0, MAX_ITEMS)
    .map((node, index) => ({ node, pointer: pointerTo(place.pointer, index) }));
}

/** One scalar or a list of scalars, as model cards write both. */
export function statedList(document: Document, key: string, parent?: Place): readonly Stated[] {
  const at = placeAt(parent ?? { node: document.root, pointer: '' }, key);
  if (at === undefined) return [];
  const places = at.node.kind === 'list' ? itemsOf(at) : [at];
  return places.flatMap(({ node, pointer }) => {
    const value = scalarText(node);
    return value === undefined ? [] : [{ value, origin: { file: document.file, pointer } }];
  });
}

/** The first of each value. */
export function distinct(all: readonly Stated[]): readonly Stated[] {
  const seen = new Set<string>();
  return all.filter(({ value }) => !seen.has(value) && seen.add(value));
}
