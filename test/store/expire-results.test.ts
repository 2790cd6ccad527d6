import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expireResults } from '../../src/store/jobs/expire-results.ts';
import { describeEachQueue, openQueue, type OpenedQueue } from '../build/jobs.ts';
import { blobColumns, type OpenedColumn } from './blob-columns.ts';

const DAY_MS = 86_400_000;
const COLUMNS = ['a folder', 'a strict S3 stand-in'];

describe.each(COLUMNS)('in %s', (blobColumn) => {
  describeEachQueue('results of jobs', (makePlace) => {
    let queue: OpenedQueue;
    let remove: () => Promise<void>;
    let column: OpenedColumn;
    let laterMs = 0;
    beforeEach(async () => {
      laterMs = 0;
      const made = await makePlace();
      ({ remove } = made);
      column = (await blobColumns[blobColumn]?.()) ?? expect.unreachable();
      queue = await openQueue(made.place, { clock: () => Date.now() + laterMs });
      await queue.jobs.start({
        work: async ({ data }) => {
          const { digest, bytes } = await column.blobs.put(contentOf(JSON.stringify(data['content'])), {
            maxBytes: 1000,
          });
          return { digest, bytes, name: 'export.jsonl' };
        },
      });
    });
    afterEach(async () => {
      await queue.close();
      await column.close();
      await remove();
    });

    const make = async (content: string): Promise<string> => {
      const { value: id } = await queue.store.change((change) => change.enqueue({ kind: 'work', data: { content } }));
      await expect.poll(async () => (await queue.jobs.find(id))?.state, { timeout: 15_000 }).toBe('done');
      return id;
    };
    const resultOf = async (id: string) => (await queue.jobs.find(id))?.result;
    const isStored = async (content: string): Promise<boolean> =>
      (await column.blobs.stat(`sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`)) !==
      undefined;

    it('end with their time: the content, the name, and an entry says so once', async () => {
      const old = await make('old');
      const shared = await make('shared');
      laterMs = 8 * DAY_MS;
      const young = await make('young');
      const sharedAgain = await make('shared');
      const parts = { store: queue.store, blobs: column.blobs };
      expect(await expireResults(parts, Date.now() + DAY_MS)).toBe(2);
      expect(await expireResults(parts, Date.now() + DAY_MS)).toBe(0);
      expect(await Promise.all(['old', 'young', 'shared'].map(isStored))).toEqual([false, true, true]);
      expect([await resultOf(old), await resultOf(shared)]).toEqual([null, null]);
      expect([await resultOf(young), await resultOf(sharedAgain)]).toMatchObject([{ bytes: 7 }, { bytes: 8 }]);
      const entries = await queue.store.read
        .selectFrom('ledger_entry')
        .select('object_id')
        .where('activity', '=', 'job.expire')
        .orderBy('entry_index')
        .execute();
      expect(entries.map((entry) => entry.object_id)).toEqual([old, shared]);
    });
  });
});

async function* contentOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
