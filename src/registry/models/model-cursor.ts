/** Where a list of models goes on: after the model of that name, or after the one that was changed then. */
export type ModelCursor =
  | { readonly order: 'name'; readonly nameKey: string }
  | { readonly order: 'changed'; readonly changedAt: number; readonly id: string };

/** What a cursor is made of. */
export interface Placed {
  readonly id: string;
  readonly name_key: string;
  readonly changed_at: number;
}

export function cursorAt(
  order: ModelCursor['order'],
  { id, name_key: nameKey, changed_at: changedAt }: Placed,
): string {
  return order === 'name' ? nameKey : `${changedAt}.${id}`;
}

/** One that is none begins at the beginning. */
export function readCursor(order: ModelCursor['order'], text: string | null): ModelCursor | null {
  if (text === null) return null;
  if (order === 'name') return { order, nameKey: text };
  const [, changedAt, id] = /^(\d{1,15})\.(mdl_\w+)$/.exec(text) ?? [];
  return changedAt === undefined || id === undefined ? null : { order, changedAt: Number(changedAt), id };
}
