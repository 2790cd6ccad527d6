import type { Registry } from '../registry.ts';

/** Removes plain blobs whose contents are sealed and which no version on its way needs; answers with how many. For `registry.sweep`. */
export async function dropPlain(_registry: Pick<Registry, 'store' | 'blobs'>): Promise<number> {
  throw new Error('not yet');
}
