import { keepVersionsMoving } from '../../registry/pipeline/again/upkeep.ts';
import { defineProcessJob } from './define-job.ts';

export const registryUpkeep = defineProcessJob({
  kind: 'registry.upkeep',
  title: 'say of versions that nobody works on that they failed, and examine again what new rules have not seen',
  run: async ({ registry }) => {
    await keepVersionsMoving(registry);
    return undefined;
  },
});
