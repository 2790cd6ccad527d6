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
  models: ['models.', 'versions.', 'registry.', 'approvals.', 'recalls.', 'waivers.', 'notices.', 'admission.'],
  session: ['me.', 'people.sessions'],
};

/** Listens to the server while the console is open, and reads anew what has changed; bursts count once. */
export function useLiveEvents(): void {
  const changed = useChanged();
  const readAnew = useEffectEvent((beginnings: readonly string[]) => void changed(...beginnings));
  useEffect(() => listen((beginnings) => readAnew(beginnings)), []);
}

/** One open stream for all tabs of a browser: six of them would use up what it allows for one server (RFC 9112, HTTP/1.1). */
const SHARED = 'vouchsafe.live';

/** Returns what ends it. */
function listen(readAnew: (beginnings: readonly string[]) => void): () => void {
  const waiting = new Set<string>();
  const ended = new AbortController();
  const tabs = new BroadcastChannel(SHARED);
  let gap: ReturnType<typeof setTimeout> | undefined;

  function heard(topic: string): void {
    for (const beginning of stale[topic] ?? []) waiting.add(beginning);
    gap ??= setTimeout(() => {
      gap = undefined;
      const beginnings = [...waiting];
      waiting.clear();
      readAnew(beginnings);
    }, MIN_GAP_MS);
  }

  function tell(topic: string): void {
    heard(topic);
    // A channel is of one origin by itself, and takes no target.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    tabs.postMessage(topic);
  }

  tabs.addEventListener('message', ({ data }) => heard(String(data)));
  const hold = (): Promise<void> => holdStream(tell, ended.signal);
  // Only secure addresses have locks; elsewhere each tab listens by itself.
  if ('locks' in navigator) {
    navigator.locks.request(SHARED, { signal: ended.signal }, hold).catch(() => undefined);
  } else {
    void hold();
  }
  return () => {
    clearTimeout(gap);
    ended.abort();
    tabs.close();
  };
}

/** Keeps a stream open until `ended`, and tells the topics of what it hears. */
async function holdStream(tell: (topic: string) => void, ended: AbortSignal): Promise<void> {
  const topics = Object.keys(stale);
  let again: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;
  let wasCut = false;

  function connect(): void {
    source = new EventSource('/api/events');
    for (const topic of topics) source.addEventListener(topic, () => tell(topic));
    source.addEventListener('open', () => {
      // Nobody knows what happened meanwhile.
      if (wasCut) for (const topic of topics) tell(topic);
      wasCut = false;
    });
    source.addEventListener('error', () => {
      wasCut = true;
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused: most likely the session has ended, and whoever asks who is signed in finds out.
      tell('session');
      again = setTimeout(connect, AGAIN_AFTER_REFUSAL_MS);
    });
  }

  connect();
  await new Promise((resolve) => {
    if (ended.aborted) resolve(undefined);
    ended.addEventListener('abort', resolve, { once: true });
  });
  clearTimeout(again);
  source!.close();
}
