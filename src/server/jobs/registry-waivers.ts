import { watchWaivers } from '../../registry/waivers/watch-waivers.ts';
import { defineProcessJob } from './define-job.ts';

export const registryWaivers = defineProcessJob({
  kind: 'registry.waivers',
  title: 'take out of service what rests on waivers that ended, and tell owners of waivers that will',
  run: async ({ registry }, { signal }) => {
    await watchWaivers(registry, signal);
    return undefined;
  },
});
