import { importJob } from '../../registry/upstream/import-job.ts';
import { importVersion } from '../../registry/upstream/import-version.ts';
import { defineProcessJob } from './define-job.ts';

export const registryImport = defineProcessJob({
  kind: importJob,
  title: 'fetch a model from the hub',
  run: async ({ registry }, context) => importVersion(registry, context),
});
