import { unsettled } from '../../store/blobs/name-blob.ts';
import type { Change, Store } from '../../store/store.ts';
import { holdContents } from './hold-contents.ts';

const DIGESTS_AT_ONCE = 500;

/**
 * To be called in the change that gives contents to files which were stored in an earlier one: meanwhile somebody may have given up the
 * only version that had the same bytes, and they went with it. From here to the end of the change that cannot happen.
 * @throws BlobError `blobs-unavailable` where one is gone: store it again.
 */
export async function requireKept(
  change: Change,
  dialect: Store['dialect'],
  files: readonly { readonly digest: string }[],
): Promise<void> {
  const digests = [...new Set(files.map(({ digest }) => digest))].sort();
  for (let at = 0; at < digests.length; at += DIGESTS_AT_ONCE) {
    const some = digests.slice(at, at + DIGESTS_AT_ONCE);
    await holdContents(change, dialect, some);
    const rows = await change.sql
      .selectFrom('registry_contents')
      .select('digest')
      .where('digest', 'in', some)
      .execute();
    const kept = new Set(rows.map(({ digest }) => digest));
    const gone = some.find((digest) => !kept.has(digest));
    if (gone !== undefined) throw unsettled(gone);
  }
}
