import { decideWaiting } from '../../registry/admission/decide-again.ts';
import { defineProcessJob } from './define-job.ts';

export const registryDecideAgain = defineProcessJob({
  kind: 'registry.decide-again',
  title: 'decide by a new admission policy about everything that waits for an approver',
  run: async ({ registry }, { signal }) => {
    await decideWaiting(registry, signal);
    return undefined;
  },
});
