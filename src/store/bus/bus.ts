/**
 * Tells all processes at once that something changed: a session or key revoked, a policy put into force, something to show.
 * A message is only a hint to look again: whoever caches for longer than `maxStaleMs` without asking the records would trust a
 * lost message, and must not.
 */
export interface Bus {
  publish(topic: Topic, message: string): void;
  /** Returns what ends the subscription. */
  subscribe(topic: Topic, listener: (message: string) => void): () => void;
  close(): Promise<void>;
}

export const topics = ['access', 'jobs', 'ledger', 'models', 'policies'] as const;
export type Topic = (typeof topics)[number];

/** Revocation is effective everywhere within a second: no cache is trusted for longer than this without asking the records. */
export const maxStaleMs = 750;
