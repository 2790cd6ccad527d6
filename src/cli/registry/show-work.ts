import { visible } from '../../scan/visible-text.ts';
import type { Progress } from '../render/progress.ts';
import type { Version } from './follow-version.ts';
import type { Retrying } from './retrying.ts';

/** Work that is tried again until it succeeds, and says so in the progress line. */
export function retryingShown(progress: Progress): Retrying {
  return {
    signal: new AbortController().signal,
    onFailure: (error) =>
      progress.show(() => `trying again: ${error instanceof Error ? visible(error.message) : 'the server failed'}`),
  };
}

/** What the server does with a version, in the progress line. */
export function stepProgress(progress: Progress): (version: Version) => void {
  return ({ step, state, progress: part }) => {
    const percent = part === null ? '' : `, ${Math.floor(part * 100)} %`;
    progress.show(() => `${state}: ${visible(step ?? 'waits for a worker')}${percent}`);
  };
}
