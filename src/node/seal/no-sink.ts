import type { Sink } from './pieces.ts';

/** For a check that keeps nothing. */
export const noSink: Sink = { write: nothing, commit: nothing, discard: nothing };

async function nothing(): Promise<void> {
  await Promise.resolve();
}
