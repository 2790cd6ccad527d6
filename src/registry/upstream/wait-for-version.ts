import type { Registry } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { isUnderWay } from './version-outcome.ts';

/** A message of the bus may be lost. */
const POLL_MS = 1000;

interface Waiting {
  readonly versionId: string;
  readonly untilMs: number;
  readonly signal: AbortSignal;
}

/** The version as it is when it was decided about, or when the time is up. */
export async function waitForVersion(
  registry: Pick<Registry, 'store' | 'bus' | 'clock'>,
  { versionId, untilMs, signal }: Waiting,
): Promise<VersionRow> {
  const { store, bus, clock } = registry;
  let wake = (): void => undefined;
  let isNews = false;
  const unsubscribe = bus.subscribe('models', () => {
    isNews = true;
    wake();
  });
  try {
    for (;;) {
      isNews = false;
      const version = await store.read
        .selectFrom('registry_versions')
        .selectAll()
        .where('id', '=', versionId)
        .executeTakeFirstOrThrow();
      const leftMs = untilMs - clock();
      if (!isUnderWay(version) || leftMs <= 0 || signal.aborted) return version;
      if (!isNews) await new Promise<void>((resolve) => waitUntil(resolve, Math.min(leftMs, POLL_MS)));
    }
  } finally {
    unsubscribe();
  }

  function waitUntil(resolve: () => void, ms: number): void {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    wake = done;
  }
}
