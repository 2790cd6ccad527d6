import { z } from 'zod';
import { bundleHeader, bundleLines } from '../../ledger/bundle.ts';
import { readExport, type ExportOf } from '../../store/ledger/read-export.ts';
import type { JobContext } from '../../store/jobs/job.ts';
import { defineThreadJob, type ThreadServices } from './define-job.ts';

/** An export has no limit of its own: the ledger is as long as it is. */
const MAX_EXPORT_BYTES = 2 ** 40;
const MAX_SECONDS = 6 * 3600;

const exportOf = z.object({ origin: z.string(), keys: z.array(z.string()), size: z.int().min(0) });

export const ledgerExport = defineThreadJob({
  kind: 'ledger.export',
  title: 'write the whole ledger, signed, into one file that anybody can verify',
  maxSeconds: MAX_SECONDS,
  prepare: async ({ store }) => {
    const { size } = await store.ledger.exportBundle();
    return { size, origin: store.ledger.origin, keys: store.ledger.keys };
  },
  run: async ({ store, blobs }, context) => {
    const of = exportOf.parse(context.data);
    const { digest, bytes } = await blobs.put(bundle(store, of, context), { maxBytes: MAX_EXPORT_BYTES });
    return { digest, bytes, name: `ledger-${of.size}.jsonl` };
  },
});

async function* bundle(
  store: ThreadServices['store'],
  of: ExportOf,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): AsyncIterable<Uint8Array> {
  const { header, items } = readExport(store.read, of);
  yield bundleHeader(header);
  for await (const item of items) {
    signal.throwIfAborted();
    yield Buffer.concat(bundleLines(item));
    if (item.kind === 'leaves') await progress((item.start + item.leaves.length) / of.size);
  }
}
