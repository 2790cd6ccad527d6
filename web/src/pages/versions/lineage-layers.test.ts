import { expect, it } from 'vitest';
import { layersOf } from './lineage-layers.ts';

const node = (id: string) => ({ id, kind: 'version' as const, title: id, detail: '', versionId: null });
const edge = (from: string, to: string) => ({ from, to, label: 'made' });

it('puts what came of something to its right', () => {
  const placed = layersOf({
    nodes: ['d', 'a', 'b', 'c'].map(node),
    edges: [edge('a', 'b'), edge('b', 'd'), edge('a', 'd'), edge('c', 'd')],
  });
  expect(Object.fromEntries(placed.map(({ id, column, row }) => [id, [column, row]]))).toEqual({
    a: [0, 0],
    b: [1, 0],
    c: [0, 1],
    d: [2, 0],
  });
  expect(placed[0]?.from.map(({ title }) => title)).toEqual(['b', 'a', 'c']);
});

it('ends where things came of each other, or of nothing', () => {
  const placed = layersOf({ nodes: ['a', 'b'].map(node), edges: [edge('a', 'b'), edge('b', 'a'), edge('x', 'b')] });
  expect(placed.every(({ column }) => column < 2)).toBe(true);
});
