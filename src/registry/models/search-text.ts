import { folded } from '../../access/folded.ts';
import type { Change } from '../../store/store.ts';

/** Longer texts are cut: what a search reads stays small whatever somebody uploads. */
const MAX_CHARACTERS = 256 * 1024;
/** Paths are read up to this: more do not fit into the text. */
const MAX_PATHS = 20_000;

/** Keeps what a model is found by: its name, and paths of the files of its newest version and of the one that can be had. */
export async function writeSearchText({ sql }: Change, modelId: string): Promise<void> {
  const model = await sql
    .selectFrom('registry_models')
    .select(['name_key', 'latest_version_id', 'released_version_id'])
    .where('id', '=', modelId)
    .executeTakeFirstOrThrow();
  const versionIds = [model.latest_version_id, model.released_version_id].filter((id) => id !== null);
  const files =
    versionIds.length === 0
      ? []
      : await sql
          .selectFrom('registry_files')
          .select('path')
          .distinct()
          .where('version_id', 'in', versionIds)
          .orderBy('path')
          .limit(MAX_PATHS)
          .execute();
  const paths = new Set(files.map(({ path }) => folded(path)));
  const text = [model.name_key, ...paths].join('\n').slice(0, MAX_CHARACTERS);
  await sql
    .insertInto('registry_search')
    .values({ model_id: modelId, text })
    .onConflict((conflict) => conflict.column('model_id').doUpdateSet({ text }))
    .execute();
}
