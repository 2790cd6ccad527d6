/** Works on items in their order, so many at once. The first error ends the others, by the signal they are given. */
export async function atOnce<Item>(
  items: readonly Item[],
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const rest = items.values();
  const workers = Array.from({ length: Math.min(most, items.length) }, async () => {
    for (const item of rest) {
      either.throwIfAborted();
      try {
        await work(item, either);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }
  });
  const ended = await Promise.allSettled(workers);
  if (failed.signal.aborted) throw failed.signal.reason;
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
