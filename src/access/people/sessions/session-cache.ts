import { type Bus, maxStaleMs } from '../../../store/bus/bus.ts';
import { peopleLimits } from '../limits.ts';
import type { KnownSession } from './known-session.ts';

/** What was read of sessions, for `maxStaleMs` at most, and for less when somebody says that it changed. */
export interface SessionCache {
  /** Reads with `load` where nothing fresh is known; requests at the same time share one reading. */
  get(tokenHash: string, nowMs: number, load: () => Promise<KnownSession | null>): Promise<KnownSession | null>;
  /** Whether it is time to write down that a session was seen; says so once in `seenEverySeconds`, however often it is asked. */
  isSightingDue(sessionId: string, nowMs: number): boolean;
  /** Forgets everything, here and in the other processes. */
  forget(): void;
}

interface Cached {
  readonly session: KnownSession;
  readonly readAtMs: number;
}

export function makeSessionCache(bus: Bus): SessionCache {
  const known = new Map<string, Cached>();
  const loading = new Map<string, Promise<KnownSession | null>>();
  const seen = new Map<string, number>();
  let generation = 0;

  const clear = (): void => {
    // What is being read at this moment may be older than the change, and must not be kept.
    generation += 1;
    known.clear();
    loading.clear();
  };
  bus.subscribe('access', clear);

  const read = async (tokenHash: string, nowMs: number, load: () => Promise<KnownSession | null>) => {
    const begunIn = generation;
    const session = await load();
    if (session !== null && begunIn === generation) remember(known, tokenHash, { session, readAtMs: nowMs });
    return session;
  };

  return {
    async get(tokenHash, nowMs, load) {
      const cached = known.get(tokenHash);
      if (cached !== undefined && isFresh(cached, nowMs)) return cached.session;
      const underWay = loading.get(tokenHash);
      if (underWay !== undefined) return await underWay;
      const reading = read(tokenHash, nowMs, load);
      loading.set(tokenHash, reading);
      try {
        return await reading;
      } finally {
        if (loading.get(tokenHash) === reading) loading.delete(tokenHash);
      }
    },
    isSightingDue(sessionId, nowMs) {
      const last = seen.get(sessionId);
      if (last !== undefined && nowMs - last < peopleLimits.seenEverySeconds * 1000) return false;
      remember(seen, sessionId, nowMs);
      return true;
    },
    forget() {
      clear();
      bus.publish('access', 'sessions');
    },
  };
}

/** A clock that was set back must not keep anything alive. */
function isFresh({ readAtMs }: Cached, nowMs: number): boolean {
  const ageMs = nowMs - readAtMs;
  return ageMs >= 0 && ageMs < maxStaleMs;
}

function remember<T>(entries: Map<string, T>, key: string, entry: T): void {
  entries.delete(key);
  entries.set(key, entry);
  if (entries.size <= peopleLimits.maxCachedSessions) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
