import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimes } from 'node:fs';
import { join } from 'node:path';

const OWNER_ONLY_FOLDER = 0o700;
const NAME = 'process-';
/** A process says so often that it still has its folder. */
const SAID_EVERY_MS = 60_000;
/** One that has said nothing for so long was killed: processes may be on other machines, and have no way to ask. */
const ABANDONED_MS = 60 * SAID_EVERY_MS;

export interface WorkFolder {
  readonly path: string;
  /** Removes it. */
  close(): Promise<void>;
}

/** A folder of this process in it. What processes left behind that were killed is removed: it may be as large as models are. */
export function openWorkFolder(parent: string, nowMs: () => number = Date.now): WorkFolder {
  mkdirSync(parent, { recursive: true, mode: OWNER_ONLY_FOLDER });
  removeAbandoned(parent, nowMs() - ABANDONED_MS);
  const path = mkdtempSync(join(parent, NAME));
  const timer = setInterval(() => {
    const seconds = nowMs() / 1000;
    // Removed by whoever took it for abandoned: the job fails with that, and is tried again.
    utimes(path, seconds, seconds, () => undefined);
  }, SAID_EVERY_MS);
  timer.unref();
  return {
    path,
    close: async () => {
      clearInterval(timer);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function removeAbandoned(parent: string, before: number): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(NAME)) continue;
    const path = join(parent, name);
    const saidAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (saidAt < before) rmSync(path, { recursive: true, force: true });
  }
}
