import type { Kysely } from 'kysely';
import { formatNote, parseNote, parseSignatures, withSignatures } from '../../ledger/note.ts';
import type { Database } from '../tables/index.ts';

/** The note of a checkpoint with what witnesses added to it. */
export async function noteWithCosignatures(
  db: Kysely<Database>,
  { size, note }: { readonly size: number; readonly note: string },
): Promise<string> {
  const lines = await db
    .selectFrom('ledger_cosignature')
    .select('line')
    .where('size', '=', size)
    .orderBy('witness')
    .execute();
  if (lines.length === 0) return note;
  return formatNote(withSignatures(parseNote(note), parseSignatures(lines.map(({ line }) => line).join(''))));
}

/** Names of the witnesses that cosigned each of these checkpoints. */
export async function witnessesOf(
  db: Kysely<Database>,
  sizes: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const names = new Map<number, string[]>(sizes.map((size) => [size, []]));
  if (sizes.length === 0) return names;
  const rows = await db
    .selectFrom('ledger_cosignature')
    .select(['size', 'witness'])
    .where('size', 'in', sizes)
    .orderBy('witness')
    .execute();
  for (const { size, witness } of rows) names.get(size)?.push(witness);
  return names;
}
