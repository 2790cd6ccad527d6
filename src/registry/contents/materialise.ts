import type { Blobs } from '../../store/blobs/blobs.ts';
import type { Store } from '../../store/store.ts';
import type { ContentKeys } from './content-keys.ts';

/** What a job in a thread has. */
interface Means {
  readonly store: Pick<Store, 'read'>;
  readonly blobs: Blobs;
  /** From `contentKeysOf`, for contents that are sealed already. */
  readonly keys?: ContentKeys | undefined;
}

interface Wanted {
  readonly versionId: string;
  readonly side: 'source' | 'release';
  /** An empty folder; made where there is none. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Writes the files of a version below a folder, read-only: hard links where contents are plain files on the same disk, else copies. */
export async function materialise(_means: Means, _wanted: Wanted): Promise<void> {
  throw new Error('not yet');
}
