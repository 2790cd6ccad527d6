import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Checkpoint } from '../../src/ledger/checkpoint-text.ts';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { type EntryDraft, sealEntry } from '../../src/ledger/entry.ts';
import type { ExportItem, LeafGroup } from '../../src/ledger/export-item.ts';
import { type NoteSigner, noteSigner } from '../../src/ledger/signature.ts';
import { CompactRange } from '../../src/ledger/tree.ts';
import { type SignatureType, verifierKey } from '../../src/ledger/verifier-key.ts';

export const ORIGIN = 'ledger.example.org/main';
const TIME = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A new key of its own, on Node's cryptography. */
export function newSigner(name: string, type: SignatureType, time = TIME): NoteSigner {
  const { privateKey, publicKey } =
    type === 'ml-dsa-44' ? generateKeyPairSync('ml-dsa-44') : generateKeyPairSync('ed25519');
  const { x, pub } = publicKey.export({ format: 'jwk' });
  const key = verifierKey(name, type, new Uint8Array(Buffer.from(String(x ?? pub), 'base64url')));
  const secret = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return noteSigner({ key, signBytes: (message) => new Uint8Array(sign(null, message, secret)), clock: () => time });
}

/** The keys of the log. */
export const classical = newSigner(ORIGIN, 'ed25519');
const postQuantum = newSigner(ORIGIN, 'ml-dsa-44');
export const logSigners: readonly NoteSigner[] = [classical, postQuantum];
export const logTrust = { keys: logSigners.map(({ key }) => key) };

export function draftOf(index: number): EntryDraft {
  return {
    class: 'api-activity',
    activity: 'model.fetch',
    actor: { kind: 'service', id: `svc_${index % 7}` },
    object: { kind: 'model', id: `mod_${index}`, digest: `sha256:${'0'.repeat(64)}` },
    decision: index % 5 === 0 ? 'deny' : 'allow',
    outcome: 'success',
    data: { index },
  };
}

export interface TestLog {
  readonly entries: Uint8Array[];
  readonly leaves: Uint8Array[];
  /** Signed notes by size. */
  readonly notes: Map<number, string>;
  readonly checkpointAt: (size: number) => Checkpoint;
}

/** A log whose checkpoints are at these sizes, the last of which is the end. */
export function makeLog(sizes: readonly number[], draft: (index: number) => EntryDraft = draftOf): TestLog {
  const range = new CompactRange();
  const [entries, leaves]: [Uint8Array[], Uint8Array[]] = [[], []];
  const heads: Checkpoint[] = [];
  const head = (): Checkpoint => ({ origin: ORIGIN, size: range.size, root: range.root(), extensions: [] });
  heads.push(head());
  for (let index = 0; index < (sizes.at(-1) ?? 0); index += 1) {
    const sealed = sealEntry(draft(index), { id: `ent_${index}`, time: TIME + index, salt: () => new Uint8Array(32) });
    entries.push(sealed.bytes);
    leaves.push(sealed.leafHash);
    range.append(sealed.leafHash);
    heads.push(head());
  }
  const checkpointAt = (size: number): Checkpoint => {
    const found = heads[size];
    if (found === undefined) throw new RangeError(`no tree of ${size}`);
    return found;
  };
  const notes = new Map(sizes.map((size) => [size, signCheckpoint(checkpointAt(size), logSigners)]));
  return { entries, leaves, notes, checkpointAt };
}

/** The log as an export, groups cut at the checkpoints and at every 256 entries. */
export function itemsOf(log: TestLog): ExportItem[] {
  const items: ExportItem[] = [];
  let start = 0;
  for (const [size, note] of log.notes) {
    while (start < size) {
      const end = Math.min(size, (Math.floor(start / 256) + 1) * 256);
      items.push(groupOf(log, start, end));
      start = end;
    }
    items.push({ kind: 'checkpoint', note });
  }
  return items;
}

export function groupOf(log: TestLog, start: number, end: number): LeafGroup {
  return { kind: 'leaves', start, leaves: log.leaves.slice(start, end), entries: log.entries.slice(start, end) };
}
