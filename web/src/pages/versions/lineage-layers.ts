import type { Reply } from '../../api/call.ts';

type Lineage = Reply<'versions.lineage'>;
type LineageNode = Lineage['nodes'][number];

export interface PlacedNode extends LineageNode {
  readonly column: number;
  readonly row: number;
  /** What it was made from, and how. */
  readonly from: readonly { readonly title: string; readonly label: string }[];
}

/** More than these make no picture. */
export const MAX_DRAWN = 60;

/** Puts each node one column right of the last thing it came from. An edge that closes a circle, which no honest server sends, moves nothing. */
export function layersOf({ nodes, edges }: Lineage): readonly PlacedNode[] {
  const column = new Map(nodes.map(({ id }) => [id, 0]));
  // Longest path, by relaxation: as many rounds as there are nodes settle whatever has no circle.
  for (let round = 0; round < Math.min(nodes.length, MAX_DRAWN); round += 1) {
    for (const { from, to } of edges) {
      const [left, right] = [column.get(from), column.get(to)];
      if (left !== undefined && right !== undefined && left + 1 > right && left + 1 < nodes.length) {
        column.set(to, left + 1);
      }
    }
  }
  const rows = new Map<number, number>();
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return nodes.map((node) => {
    const at = column.get(node.id) ?? 0;
    const row = rows.get(at) ?? 0;
    rows.set(at, row + 1);
    const from = edges
      .filter((edge) => edge.to === node.id)
      .map((edge) => ({ title: titles.get(edge.from) ?? 'something unknown', label: edge.label }));
    return { ...node, column: at, row, from };
  });
}
