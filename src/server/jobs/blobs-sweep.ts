import { defineProcessJob } from './define-job.ts';

/** No upload takes so long; what rests longer has lost its process. */
const IDLE_MS = 2 * 86_400_000;

export const blobsSweep = defineProcessJob({
  kind: 'blobs.sweep',
  title: 'remove what uploads that never ended left behind',
  run: async ({ blobs }) => {
    await blobs.sweep(IDLE_MS);
    return undefined;
  },
});
