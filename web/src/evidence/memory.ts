import { z } from 'zod';

const KEY = 'vouchsafe.ledger';

/** What this browser has seen of the ledger with its own eyes: the only thing a server cannot rewrite. */
const memorySchema = z.object({
  origin: z.string(),
  /** Verifier keys as they were when the ledger was first seen. */
  keys: z.array(z.string()).min(1),
  size: z.number().int().min(0),
  /** Base64. */
  root: z.string(),
  note: z.string(),
  checkedAt: z.iso.datetime(),
});

export type Memory = z.infer<typeof memorySchema>;

/**
 * Null before the first check. What was damaged is told apart: a browser that forgot must not take the next look for
 * its first one.
 */
export function recall(storage: Storage = localStorage): Memory | null | 'damaged' {
  const text = storage.getItem(KEY);
  if (text === null) return null;
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return 'damaged';
  }
}

/** Keeps the furthest that was seen: another tab may have looked meanwhile. */
export function remember(memory: Memory, storage: Storage = localStorage): void {
  const known = recall(storage);
  if (known !== null && known !== 'damaged' && known.size > memory.size) return;
  storage.setItem(KEY, JSON.stringify(memory));
}

/** Starts over, for a ledger that was replaced on purpose. */
export function forget(storage: Storage = localStorage): void {
  storage.removeItem(KEY);
}
