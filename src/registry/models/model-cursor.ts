/** Where a list of models goes on: after a model in the order of names, after a name, or after the model that was changed then. */
export type ModelCursor =
  | { readonly order: 'name'; readonly id: string }
  | { readonly order: 'name'; readonly nameKey: string }
  | { readonly order: 'changed'; readonly changedAt: number; readonly id: string };

/** What a cursor is made of. */
export interface Placed {
  readonly id: string;
  readonly changed_at: number;
}

/** Says no name: a list may have to go on after a model that its reader may not know of. */
export function cursorAt(order: ModelCursor['order'], { id, changed_at: changedAt }: Placed): string {
  return order === 'name' ? `=${id}` : `${changedAt}.${id}`;
}

/** In the order of names, after one that may be that of no model. */
export function cursorAfter(nameKey: string): string {
  return `>${nameKey}`;
}

/** One that is none begins at the beginning. */
export function readCursor(order: ModelCursor['order'], text: string | null): ModelCursor | null {
  if (order === 'name') {
    const [, id, nameKey] = /^(?:=(mdl_\w+)|>(.+))$/.exec(text ?? '') ?? [];
    if (id !== undefined) return { order, id };
    return nameKey === undefined ? null : { order, nameKey };
  }
  const [, changedAt, id] = /^(\d{1,15})\.(mdl_\w+)$/.exec(text ?? '') ?? [];
  return changedAt === undefined || id === undefined ? null : { order, changedAt: Number(changedAt), id };
}
