import type { Bus, Topic } from './bus.ts';

/** What all processes can carry: PostgreSQL takes 8000 bytes, of which some are ours. */
const MAX_MESSAGE_BYTES = 4096;

type Listener = (message: string) => void;

/** @throws RangeError for a message that is too long, which is a defect of the caller: messages name things, they do not carry them. */
export function checkMessage(message: string): void {
  const bytes = Buffer.byteLength(message);
  if (bytes > MAX_MESSAGE_BYTES) throw new RangeError(`expected at most ${MAX_MESSAGE_BYTES} bytes, found ${bytes}`);
}

/** Tells the listeners of this process, soon but not at once: whoever publishes does not run what others do about it. */
export class LocalBus implements Bus {
  readonly #listeners = new Map<Topic, Set<Listener>>();

  publish(topic: Topic, message: string): void {
    checkMessage(message);
    for (const listener of this.#listeners.get(topic) ?? []) queueMicrotask(() => this.#tell(topic, listener, message));
  }

  subscribe(topic: Topic, listener: Listener): () => void {
    // The same function may listen twice; each subscription is one of its own.
    const own: Listener = (message) => listener(message);
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(own));
    return () => listeners.delete(own);
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #tell(topic: Topic, listener: Listener, message: string): void {
    if (this.#listeners.get(topic)?.has(listener) === true) listener(message);
  }
}
