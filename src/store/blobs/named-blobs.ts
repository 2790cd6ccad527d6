import type { Kysely } from 'kysely';
import type { Database } from '../tables/index.ts';

/** Which of these blobs something names. Every place that names blobs is here: what is missing would be lost. */
export async function namedBlobs(
  read: Pick<Kysely<Database>, 'selectFrom'>,
  digests: readonly string[],
): Promise<ReadonlySet<string>> {
  const places = [
    read.selectFrom('registry_parts').select('digest').where('digest', 'in', digests),
    read.selectFrom('registry_contents').select('digest').where('digest', 'in', digests).where('is_plain', '=', 1),
    read.selectFrom('registry_contents').select('sealed_digest as digest').where('sealed_digest', 'in', digests),
    read.selectFrom('registry_evidence').select('digest').where('digest', 'in', digests),
    read.selectFrom('job').select('result_digest as digest').where('result_digest', 'in', digests),
  ];
  const named = new Set<string>();
  for (const place of places) for (const { digest } of await place.execute()) if (digest !== null) named.add(digest);
  return named;
}
