import type { HashProgress } from '../../node/sign/hash-files.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';

/** Runs long work with a line on standard error that says how much was hashed. */
export async function withProgress<T>(
  isWanted: boolean,
  work: (onProgress: (state: HashProgress) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress(isWanted);
  try {
    return await work((state) =>
      progress.show((elapsed) => byteProgressLine({ action: 'hashing', ...state }, elapsed)),
    );
  } finally {
    progress.end();
  }
}
