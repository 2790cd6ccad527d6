import { dropPlain } from '../../registry/contents/drop-plain.ts';
import { giveUpOld } from '../../registry/uploads/give-up-old.ts';
import { defineProcessJob } from './define-job.ts';

export const registrySweep = defineProcessJob({
  kind: 'registry.sweep',
  title: 'give up uploads that rested for too long, and remove contents that no model has any more',
  run: async ({ registry }) => {
    await dropPlain(registry);
    await giveUpOld(registry);
    return undefined;
  },
});
