import { z } from 'zod';
import { time } from './common.ts';

/** SHA-256 in base64. */
const hash = z.base64().length(44);

export const entry = z.object({
  index: z.int(),
  id: z.string(),
  time,
  class: z.string(),
  activity: z.string(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string().nullable() }),
  object: z
    .object({ kind: z.string(), id: z.string(), digest: z.string().nullable(), name: z.string().nullable() })
    .nullable(),
  decision: z.enum(['allow', 'deny', 'transform', 'review']).nullable(),
  outcome: z.enum(['success', 'failure']),
  severity: z.string(),
  reasons: z.array(z.string()),
});

export const entryDetail = entry.extend({
  /** The bytes of the leaf, as they are in the tree; null where retention has removed them. */
  canonical: z.string().nullable(),
  leafHash: hash,
  /** Fields of which the tree holds a commitment only. `erased`: nobody can say any more. */
  personal: z.array(z.object({ field: z.string(), commitment: z.string(), state: z.enum(['kept', 'erased']) })),
});

export const inclusionProof = z.object({
  index: z.int(),
  treeSize: z.int(),
  leafHash: hash,
  hashes: z.array(hash),
  /** The signed note (C2SP tlog-checkpoint) whose root this leads to. */
  checkpoint: z.string(),
});

export const consistencyProof = z.object({
  fromSize: z.int(),
  toSize: z.int(),
  hashes: z.array(hash),
  checkpoint: z.string(),
});

export const checkpoint = z.object({
  size: z.int(),
  rootHash: hash,
  time,
  note: z.string(),
  witnesses: z.array(z.string()),
});

export const ledgerState = z.object({
  origin: z.string(),
  size: z.int(),
  /** Verifier keys (C2SP vkey) of this log. */
  keys: z.array(z.string()),
  latest: checkpoint.nullable(),
  witnesses: z.array(
    z.object({
      name: z.string(),
      url: z.string(),
      size: z.int(),
      seenAt: time.nullable(),
      fault: z.string().nullable(),
    }),
  ),
  retainedFrom: z.int(),
});

export const opening = z.object({ field: z.string(), value: z.string(), salt: z.string() });
