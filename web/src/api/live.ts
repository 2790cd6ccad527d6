import { useEffect, useEffectEvent } from 'react';
import { useChanged } from './hooks.ts';

const MIN_GAP_MS = 800;

/** Which answers a topic of the event stream makes stale. */
const stale: Readonly<Record<string, readonly string[]>> = {
  ledger: ['ledger.', 'overview.'],
  access: ['people.', 'services.', 'keys.', 'grants.', 'access.', 'reviews.', 'me.', 'overview.'],
  policies: ['policies.', 'access.', 'me.', 'overview.'],
  jobs: ['jobs.', 'overview.'],
};

/** Listens to the server while the console is open, and reads anew what has changed; bursts count once. */
export function useLiveEvents(): void {
  const changed = useChanged();
  const readAnew = useEffectEvent((beginnings: readonly string[]) => void changed(...beginnings));
  useEffect(() => {
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const source = new EventSource('/api/events');

    function heard(topic: string): void {
      for (const beginning of stale[topic] ?? []) waiting.add(beginning);
      if (waiting.size === 0) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        const beginnings = [...waiting];
        waiting.clear();
        readAnew(beginnings);
      }, MIN_GAP_MS);
    }

    for (const topic of Object.keys(stale)) source.addEventListener(topic, () => heard(topic));
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, []);
}
