import { type CST, CST as tokens, Parser } from 'yaml';

/** One entry or item as it stands in the text, with the spaces, comments and commas that belong to it. */
interface YamlItem {
  readonly start: number;
  /** Past the indentation (block) or comma (flow) that only follow from what stands before it. */
  readonly content: number;
  /** False for the nothing after a trailing comma. */
  readonly holds: boolean;
}

/** A map or list of the text. Its items follow each other without gap from the first one's start to `end`. */
export interface YamlCollection {
  readonly style: 'block' | 'flow';
  readonly empty: '{}' | '[]';
  readonly items: readonly YamlItem[];
  readonly end: number;
}

export interface YamlSlot {
  readonly collection: YamlCollection;
  readonly index: number;
}

/** Where entries and items stand in a YAML text, by the position of an entry's key or an item's value. */
export interface YamlLayout {
  readonly byKey: ReadonlyMap<number, YamlSlot>;
  readonly byItem: ReadonlyMap<number, YamlSlot>;
}

type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;
type Item = Collection['items'][number];

/**
 * Lays out a YAML text that has been read without error. Positions are UTF-16 units. Needs a stack as deep as the text
 * nests, which reading it has bounded.
 */
export function layOutYaml(text: string): YamlLayout {
  const byKey = new Map<number, YamlSlot>();
  const byItem = new Map<number, YamlSlot>();
  const pending: (CST.Token | null | undefined)[] = [];
  for (const token of new Parser().parse(text)) if (token.type === 'document') pending.push(token.value);
  for (let token = pending.pop(); pending.length > 0 || token !== undefined; token = pending.pop()) {
    if (token === null || token === undefined || !isCollection(token)) continue;
    const collection = collectionOf(token);
    for (const [index, item] of token.items.entries()) {
      const slot = { collection, index };
      if (item.key) byKey.set(item.key.offset, slot);
      else if (item.value) byItem.set(item.value.offset, slot);
      pending.push(item.key, item.value);
    }
  }
  return { byKey, byItem };
}

function isCollection(token: CST.Token): token is Collection {
  return token.type === 'block-map' || token.type === 'block-seq' || token.type === 'flow-collection';
}

function collectionOf(token: Collection): YamlCollection {
  const isFlow = token.type === 'flow-collection';
  const isMap = token.type === 'block-map' || (isFlow && token.start.type === 'flow-map-start');
  const end = isFlow ? (token.end[0]?.offset ?? endOf(token)) : endOf(token);
  return {
    style: isFlow ? 'flow' : 'block',
    empty: isMap ? '{}' : '[]',
    items: token.items.map((item) => ({
      start: startOf(item) ?? end,
      content: contentOf(item, isFlow ? 'comma' : 'space') ?? end,
      holds: item.key !== undefined || item.value !== undefined || !isFlow,
    })),
    end,
  };
}

function startOf({ start, key, sep, value }: Item): number | undefined {
  return start[0]?.offset ?? key?.offset ?? sep?.[0]?.offset ?? value?.offset;
}

function contentOf(item: Item, leading: 'comma' | 'space'): number | undefined {
  const first = item.start[0];
  return first?.type === leading ? first.offset + first.source.length : startOf(item);
}

/** Just past everything that belongs to a token, line break and comments included. */
function endOf(token: CST.Token): number {
  if (token.type === 'block-map' || token.type === 'block-seq') return endOfItem(token.items.at(-1)) ?? token.offset;
  const first = token.type === 'block-scalar' ? (token.props[0]?.offset ?? token.offset) : token.offset;
  return first + tokens.stringify(token).length;
}

function endOfItem(item: Item | undefined): number | undefined {
  if (item?.value) return endOf(item.value);
  const last = item?.sep?.at(-1) ?? item?.key ?? item?.start.at(-1);
  return last === undefined || last === null ? undefined : endOf(last);
}
