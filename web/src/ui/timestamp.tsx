import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { absoluteTime, dateOf, relativeTime } from './time-words.ts';

const TICK_MS = 20_000;
let nowMs = Date.now();

/** One clock for every timestamp on the page. */
function subscribe(changed: () => void): () => void {
  // It stood still while nothing on the page showed a time.
  nowMs = Date.now();
  const timer = setInterval(() => {
    nowMs = Date.now();
    changed();
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** The time now, coarse; a component that reads it is drawn again as it passes. */
function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

interface TimestampProps {
  readonly at: string | null;
  /** Said when there is no time: "never". */
  readonly never?: string;
  readonly show?: 'relative' | 'absolute' | 'both' | 'date';
}

/** A time as people say it, with the exact one on hover, focus and for programs. */
export function Timestamp({ at, never = 'never', show = 'relative' }: TimestampProps) {
  const now = useNow();
  if (at === null) return <span>{never}</span>;
  const exact = absoluteTime(at);
  const words = relativeTime(at, now);
  if (show === 'both') {
    return (
      <time dateTime={at} className="tabular">
        {exact} <span className="quiet">({words})</span>
      </time>
    );
  }
  if (show === 'absolute')
    return (
      <time dateTime={at} className="tabular">
        {exact}
      </time>
    );
  return (
    <Tooltip label={exact}>
      <time dateTime={at} className="tabular">
        {show === 'date' ? dateOf(at) : words}
      </time>
    </Tooltip>
  );
}
