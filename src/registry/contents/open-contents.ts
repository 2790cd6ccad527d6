import type { Registry } from '../registry.ts';
import { DownloadTally } from './download-tally.ts';
import { RunningDownloads } from './running-downloads.ts';
import { VersionKeys } from './version-keys.ts';

/** What one process remembers of contents that go out. */
export interface Contents {
  readonly keys: VersionKeys;
  readonly tally: DownloadTally;
  readonly running: RunningDownloads;
  /** Work that nobody waits for, but the end of the process. */
  afterwards(work: () => Promise<unknown>): void;
  /** Writes what is left to be written. */
  close(): Promise<void>;
}

export function openContents(parts: Pick<Registry, 'store' | 'bus' | 'masterKey' | 'clock' | 'onFault'>): Contents {
  const keys = new VersionKeys(parts);
  const tally = new DownloadTally(parts);
  const running = new RunningDownloads(parts);
  const underWay = new Set<Promise<unknown>>();
  return {
    keys,
    tally,
    running,
    afterwards: (work) => {
      const running = work()
        .catch(parts.onFault)
        .finally(() => underWay.delete(running));
      underWay.add(running);
    },
    close: async () => {
      await Promise.all(underWay);
      running.close();
      keys.close();
      await tally.close();
    },
  };
}
