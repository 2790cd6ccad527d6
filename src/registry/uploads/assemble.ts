import type { Blobs } from '../../store/blobs/blobs.ts';
import type { ThreadStore } from '../../store/jobs/threads/remote-store.ts';

interface Means {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
}

interface Assembly {
  readonly versionId: string;
  readonly signal: AbortSignal;
  /** Told how many bytes more were read. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Makes whole contents of the parts of a version, and checks them against the digests that were declared. May run again.
 * @throws RegistryError `upload-incomplete`, `part-wrong`
 */
export async function assembleUploads(_means: Means, _assembly: Assembly): Promise<void> {
  throw new Error('not yet');
}
