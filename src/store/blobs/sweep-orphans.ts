import type { Blobs } from './blobs.ts';
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

/**
 * Removes blobs that nothing ever named, because the process that stored them died before it could. They go the way of all others that are
 * not named any more: whoever names one meanwhile keeps it, or is told that it is gone. @returns how many
 */
export async function sweepOrphans(means: Means, { storedBeforeMs, signal }: Sweep): Promise<number> {
  let removed = 0;
  let group: string[] = [];
  for await (const { digest, storedAtMs } of means.blobs.list()) {
    signal.throwIfAborted();
    if (storedAtMs >= storedBeforeMs) continue;
    group.push(digest);
    if (group.length < BLOBS_AT_ONCE) continue;
    removed += await removeOrphans(means, group);
    group = [];
  }
  return removed + (await removeOrphans(means, group));
}

async function removeOrphans(means: Means, digests: readonly string[]): Promise<number> {
  const { store, clock } = means;
  const named = digests.length === 0 ? new Set() : await namedBlobs(store.read, digests);
  const orphans = digests.filter((digest) => !named.has(digest));
  if (orphans.length === 0) return 0;
  await store.change((change) => unnameBlobs(change, orphans, clock()));
  return removeUnnamedBlobs(means, orphans);
}
