import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';

const DIGESTS_AT_ONCE = 1000;

/**
 * Which of these contents versions of a model have, with their sizes. What was only said of a file does not count: it would let anybody claim
 * the content of another model.
 */
export async function knownContents(
  sql: Pick<Kysely<Database>, 'selectFrom'>,
  modelId: string,
  files: readonly { readonly digest?: string | undefined }[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(files.flatMap(({ digest }) => digest ?? []))];
  const known = new Map<string, number>();
  for (let at = 0; at < wanted.length; at += DIGESTS_AT_ONCE) {
    const rows = await sql
      .selectFrom('registry_files as file')
      .innerJoin('registry_versions as version', 'version.id', 'file.version_id')
      .innerJoin('registry_contents as content', 'content.digest', 'file.digest')
      .select(['content.digest', 'content.bytes'])
      .distinct()
      .where('file.digest', 'in', wanted.slice(at, at + DIGESTS_AT_ONCE))
      .where('version.model_id', '=', modelId)
      .where((build) => build.or([build('content.is_plain', '=', 1), build('content.sealed_digest', 'is not', null)]))
      .execute();
    for (const { digest, bytes } of rows) known.set(digest, bytes);
  }
  return known;
}
