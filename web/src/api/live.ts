import { useEffect, useEffectEvent } from 'react';
import { useChanged } from './hooks.ts';

const MIN_GAP_MS = 800;
/** The browser connects again by itself, except after a refusal. */
const AGAIN_AFTER_REFUSAL_MS = 15_000;

/** Which answers a topic of the event stream makes stale. */
const stale: Readonly<Record<string, readonly string[]>> = {
  ledger: ['ledger.', 'overview.'],
  people: ['people.', 'grants.', 'access.', 'overview.'],
  grants: ['grants.', 'access.', 'people.', 'services.', 'projects.', 'overview.'],
  services: ['services.', 'keys.', 'overview.'],
  keys: ['keys.', 'services.', 'overview.'],
  policies: ['policies.', 'access.', 'overview.'],
  reviews: ['reviews.', 'overview.'],
  jobs: ['jobs.', 'overview.'],
  session: ['me.', 'people.sessions'],
};

/** Listens to the server while the console is open, and reads anew what has changed; bursts count once. */
export function useLiveEvents(): void {
  const changed = useChanged();
  const readAnew = useEffectEvent((beginnings: readonly string[]) => void changed(...beginnings));
  useEffect(() => listen((beginnings) => readAnew(beginnings)), []);
}

/** Returns what ends it. */
function listen(readAnew: (beginnings: readonly string[]) => void): () => void {
  const waiting = new Set<string>();
  let gap: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;

  function heard(topic: string): void {
    for (const beginning of stale[topic] ?? []) waiting.add(beginning);
    gap ??= setTimeout(() => {
      gap = undefined;
      const beginnings = [...waiting];
      waiting.clear();
      readAnew(beginnings);
    }, MIN_GAP_MS);
  }

  function connect(): void {
    source = new EventSource('/api/events');
    for (const topic of Object.keys(stale)) source.addEventListener(topic, () => heard(topic));
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused: most likely the session has ended, and whoever asks who is signed in finds out.
      heard('session');
      again = setTimeout(connect, AGAIN_AFTER_REFUSAL_MS);
    });
  }

  connect();
  return () => {
    clearTimeout(gap);
    clearTimeout(again);
    source.close();
  };
}
