import { z } from 'zod';

const KEY = 'vouchsafe.ledger';

/** What this browser has seen of the ledger with its own eyes: the only thing a server cannot rewrite. */
const memorySchema = z.object({
  origin: z.string(),
  /** Verifier keys as they were when the ledger was first seen. */
  keys: z.array(z.string()),
  size: z.number().int().min(0),
  /** Base64. */
  root: z.string(),
  note: z.string(),
  checkedAt: z.iso.datetime(),
});

export type Memory = z.infer<typeof memorySchema>;

/** Null before the first check, and when what is stored cannot be read. */
export function recall(storage: Storage = localStorage): Memory | null {
  const text = storage.getItem(KEY);
  if (text === null) return null;
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export function remember(memory: Memory, storage: Storage = localStorage): void {
  storage.setItem(KEY, JSON.stringify(memory));
}

/** Starts over, for a ledger that was replaced on purpose. */
export function forget(storage: Storage = localStorage): void {
  storage.removeItem(KEY);
}
