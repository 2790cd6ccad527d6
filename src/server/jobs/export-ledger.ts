import type { Blobs } from '../../store/blobs/blobs.ts';
import type { JobHandler } from '../../store/jobs/job.ts';
import type { Store } from '../../store/store.ts';

export const EXPORT_JOB = 'ledger.export';

/** An export has no limit of its own: the ledger is as long as it is. */
const MAX_EXPORT_BYTES = 2 ** 40;

/** How often it is told how far it is, which is also what keeps the job. */
const TELL_EVERY_MS = 2_000;

/** The job behind `ledger.export`: the whole ledger, signed now, as one bundle. */
export function exportLedger(store: Store, blobs: Blobs): JobHandler {
  return async (job) => {
    let entries = 0;
    const { size, content } = await store.ledger.exportBundle((done) => {
      entries = done;
    });
    const tell = setInterval(
      () => void job.progress(size === 0 ? 1 : entries / size).catch(() => undefined),
      TELL_EVERY_MS,
    );
    try {
      const { digest, bytes } = await blobs.put(untilAborted(content, job.signal), { maxBytes: MAX_EXPORT_BYTES });
      return { digest, bytes, name: `ledger-${size}.jsonl` };
    } finally {
      clearInterval(tell);
    }
  };
}

async function* untilAborted(content: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const part of content) {
    signal.throwIfAborted();
    yield part;
  }
}
