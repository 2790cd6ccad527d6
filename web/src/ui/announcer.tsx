import { useSyncExternalStore } from 'react';
import { Seal } from './seal.tsx';
import styles from './announcer.module.css';

const SHOWN_MS = 6000;

let message = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(words: string): void {
  message = words;
  for (const listener of listeners) listener();
}

/** Says that something was done, to eyes and screen readers, where nothing on the page shows it. */
export function announce(words: string): void {
  clearTimeout(timer);
  set(words);
  timer = setTimeout(() => set(''), SHOWN_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where announcements appear. */
export function Announcer() {
  const words = useSyncExternalStore(subscribe, () => message);
  return (
    <div role="status" className={styles.announcer}>
      {words !== '' && (
        <p>
          <Seal size={18} />
          {words}
        </p>
      )}
    </div>
  );
}
