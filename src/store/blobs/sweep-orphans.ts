import type { Blobs } from './blobs.ts';
import { BlobError } from './errors.ts';
import type { ThreadStore } from '../jobs/threads/remote-store.ts';
import { unnameBlobs } from './name-blob.ts';
import { namedBlobs } from './named-blobs.ts';
import { removeUnnamedBlobs } from './remove-unnamed.ts';

interface Means {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
  /** ms since 1970. */
  readonly clock: () => number;
}

interface Sweep {
  /** Only blobs that were stored before this, ms since 1970: what is younger may be named any moment. */
  readonly storedBeforeMs: number;
  readonly signal: AbortSignal;
}

const BLOBS_AT_ONCE = 500;
/** Of one run; the next goes on. */
const MAX_ORPHANS = 100_000;
/** Processes that die leave few. Where there are more, and more than this part of all, the records are more likely those of another store. */
const FEW_ORPHANS = 100;
const MAX_ORPHAN_SHARE = 0.1;

/**
 * Removes blobs that nothing ever named, because the process that stored them died before it could. They go the way of all others that are
 * not named any more: whoever names one meanwhile keeps it, or is told that it is gone. @returns how many
 * @throws BlobError `blobs-foreign`, having removed none, where so many are named by nothing that these may be the wrong records
 */
export async function sweepOrphans(means: Means, sweep: Sweep): Promise<number> {
  const { orphans, looked } = await findOrphans(means, sweep);
  if (orphans.length > FEW_ORPHANS && orphans.length > looked * MAX_ORPHAN_SHARE) {
    throw BlobError.of('blobs-foreign', { orphans: orphans.length, blobs: looked });
  }
  let removed = 0;
  for (let from = 0; from < orphans.length; from += BLOBS_AT_ONCE) {
    sweep.signal.throwIfAborted();
    const group = orphans.slice(from, from + BLOBS_AT_ONCE);
    await means.store.change((change) => unnameBlobs(change, group, means.clock()));
    removed += await removeUnnamedBlobs(means, group);
  }
  return removed;
}

interface Found {
  readonly orphans: readonly string[];
  readonly looked: number;
}

async function findOrphans({ store, blobs }: Means, { storedBeforeMs, signal }: Sweep): Promise<Found> {
  const orphans: string[] = [];
  let group: string[] = [];
  let looked = 0;
  const look = async (): Promise<void> => {
    const named = group.length === 0 ? new Set() : await namedBlobs(store.read, group);
    orphans.push(...group.filter((digest) => !named.has(digest)));
    looked += group.length;
    group = [];
  };
  for await (const { digest, storedAtMs } of blobs.list()) {
    signal.throwIfAborted();
    if (storedAtMs >= storedBeforeMs) continue;
    group.push(digest);
    if (group.length === BLOBS_AT_ONCE) await look();
    if (orphans.length >= MAX_ORPHANS) break;
  }
  await look();
  return { orphans, looked };
}
