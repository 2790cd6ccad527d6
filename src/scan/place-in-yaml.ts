import { isMap, isNode, isPair, isScalar, type Document } from 'yaml';

export interface YamlIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The position is that of the key, not of its value. */
  readonly atKey?: boolean;
}

/** Offset of what an issue is about, or of the nearest thing around it. */
export function offsetOf(document: Document, { path, atKey }: YamlIssue): number | undefined {
  if (atKey === true) {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && keyText(item.key) === path.at(-1))
      : undefined;
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0];
  }
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0];
  }
  return undefined;
}

function keyText(key: unknown): unknown {
  return isScalar(key) ? String(key.value) : key;
}
