import { dropPlain } from '../../registry/contents/drop-plain.ts';
import { forgetLeftOver } from '../../registry/contents/forget-contents.ts';
import { giveUpOld } from '../../registry/uploads/give-up-old.ts';
import { defineProcessJob } from './define-job.ts';

/** No release takes so long between storing a content and giving it to a file. */
const LEFT_OVER_MS = 2 * 86_400_000;

export const registrySweep = defineProcessJob({
  kind: 'registry.sweep',
  title: 'give up uploads that rested for too long, and remove contents that no model has any more',
  run: async ({ registry, clock }) => {
    await dropPlain(registry);
    const atMs = clock();
    await forgetLeftOver(registry.store, { beforeMs: atMs - LEFT_OVER_MS, atMs });
    await giveUpOld(registry);
    return undefined;
  },
});
