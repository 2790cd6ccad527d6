import { z } from 'zod';
import { readBundleBytes } from '../../store/ledger/read-export.ts';
import { defineThreadJob } from './define-job.ts';

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
    const content = readBundleBytes(store.read, of, async (entries) => {
      context.signal.throwIfAborted();
      await context.progress(Math.min(1, entries / of.size));
    });
    const { digest, bytes } = await blobs.put(content, { maxBytes: MAX_EXPORT_BYTES });
    return { digest, bytes, name: `ledger-${of.size}.jsonl` };
  },
});
