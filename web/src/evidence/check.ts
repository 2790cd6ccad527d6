import { parseCheckpoint } from '../../../src/ledger/checkpoint-text.ts';
import { fromBase64, toBase64, utf8 } from '../../../src/ledger/encoding.ts';
import { type EntryObject, parseEntry } from '../../../src/ledger/entry.ts';
import { LedgerError } from '../../../src/ledger/errors.ts';
import { verifyInclusion } from '../../../src/ledger/proofs.ts';
import { leafHash } from '../../../src/ledger/tree.ts';
import { call, type Reply } from '../api/call.ts';
import {
  type AskConsistency,
  checkContinuation,
  checkKeys,
  checkShown,
  checkSignatures,
  memoryOf,
  noteText,
} from './check-checkpoint.ts';
import { type Memory, recall, remember } from './memory.ts';
import { type Check, checkOf, failed, passed, type Step, skipped } from './steps.ts';

const ask: AskConsistency = (from, to) => call('ledger.consistency', { query: { from, to } });

/**
 * Checks the latest checkpoint in this browser: who signed it, and that it continues the last one seen here. What holds
 * is remembered, so that the next check reaches back to it.
 */
export async function checkLatest(): Promise<Check> {
  const seen = recall();
  const state = await call('ledger.state');
  if (state.latest !== null) {
    return checkOf([checkShown(state.latest), ...(await checkNote(state.latest.note, state.keys, seen))]);
  }
  return checkOf([
    seen === null
      ? skipped('Checkpoint', 'the ledger has not been sealed yet')
      : failed('Checkpoint', 'this browser saw a sealed ledger, and the server names no checkpoint any more'),
  ]);
}

type Seen = Memory | null | 'damaged';

/** `seen` is what was known before the server was asked: what another tab learns meanwhile may be newer than the answer. */
async function checkNote(note: string, keys: readonly string[], seen: Seen): Promise<readonly Step[]> {
  if (seen === 'damaged') {
    return [
      failed(
        'What this browser saw',
        'it stored what it saw, and that cannot be read any more: nothing can be compared until it is forgotten on purpose',
      ),
    ];
  }
  const memory = seen;
  const keyStep = checkKeys(keys, memory);
  // Known keys vouch, not those that the server names today.
  const { steps, verified } = checkSignatures(note, memory?.keys ?? keys);
  if (verified === null) return [keyStep, ...steps];
  const continues = await checkContinuation(verified, memory, ask);
  const all = [keyStep, ...steps, continues];
  if (checkOf(all).holds) remember(memoryOf(verified, memory?.keys ?? keys, Date.now()));
  return all;
}

/** Recomputes everything that speaks for one entry: its hash, its place under a signed root, the root's history. */
export async function checkEntry(entry: Reply<'ledger.entry'>): Promise<Check> {
  const seen = recall();
  const [state, proof] = await Promise.all([
    call('ledger.state'),
    call('ledger.inclusion', { params: { index: entry.index } }),
  ]);
  const leaf = checkLeaf(entry);
  return checkOf([
    leaf.step,
    checkFields(entry),
    checkProof(entry, leaf.hash, proof),
    ...(await checkNote(proof.checkpoint, state.keys, seen)),
  ]);
}

interface Leaf {
  readonly step: Step;
  readonly hash: Uint8Array | null;
}

/** SHA-256 over a zero byte and the canonical bytes (RFC 9162 section 2.1.1), with those shown above. */
function checkLeaf({ canonical, leafHash: claimed }: Reply<'ledger.entry'>): Leaf {
  const title = 'Hash of the entry';
  const given = fromBase64(claimed);
  if (canonical === null) {
    return {
      hash: given,
      step: skipped(title, 'retention has removed the content; the hash in the tree stays, and is used below'),
    };
  }
  const bytes = utf8(canonical);
  const hash = leafHash(bytes);
  const text = toBase64(hash);
  return text === claimed
    ? { hash, step: passed(title, `SHA-256 over the ${bytes.length} bytes shown is ${text}, as claimed`) }
    : {
        hash,
        step: failed(title, `SHA-256 over the ${bytes.length} bytes shown is ${text}, the server claims ${claimed}`),
      };
}

/** What the page shows is read by the server; here it is compared with the bytes that were hashed. */
function checkFields(entry: Reply<'ledger.entry'>): Step {
  const title = 'Fields as shown';
  if (entry.canonical === null) return skipped(title, 'retention has removed the content');
  try {
    const inTree = parseEntry(utf8(entry.canonical));
    const pairs: readonly (readonly [field: string, shown: unknown, inTree: unknown])[] = [
      ['id', entry.id, inTree.id],
      ['time', Date.parse(entry.time), inTree.time],
      ['class', entry.class, inTree.class],
      ['activity', entry.activity, inTree.activity],
      ['actor', [entry.actor.kind, entry.actor.id], [inTree.actor.kind, inTree.actor.id]],
      ['object', objectOf(entry.object), objectOf(inTree.object)],
      ['decision', entry.decision, inTree.decision ?? null],
      ['outcome', entry.outcome, inTree.outcome],
      ['severity', entry.severity, inTree.severity ?? 'informational'],
      ['reasons', entry.reasons, inTree.reasons ?? []],
      [
        'personal data',
        entry.personal.map(({ field, commitment }) => [field, commitment]),
        Object.entries(inTree.personal ?? {}),
      ],
    ];
    const wrong = pairs
      .filter(([, shown, actual]) => JSON.stringify(shown) !== JSON.stringify(actual))
      .map(([field]) => field);
    return wrong.length === 0
      ? passed(title, `${pairs.length} fields of this page are those in the hashed bytes`)
      : failed(title, `the page shows another ${wrong.join(', ')} than the hashed bytes hold`);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return failed(title, error.message);
  }
}

/** The names that the page shows beside ids are the server's own word: the tree holds no personal data. */
const objectOf = (object: EntryObject | Reply<'ledger.entry'>['object'] | undefined) =>
  object === null || object === undefined ? null : [object.kind, object.id, object.digest ?? null];

function checkProof(entry: Reply<'ledger.entry'>, hash: Uint8Array | null, proof: Reply<'ledger.inclusion'>): Step {
  const title = 'Place in the tree';
  const { size, root } = parseCheckpoint(noteText(proof.checkpoint));
  const hashes = proof.hashes.map((one) => fromBase64(one));
  const holds =
    hash !== null &&
    proof.index === entry.index &&
    verifyInclusion({
      index: entry.index,
      size,
      leafHash: hash,
      root,
      proof: hashes.filter((one) => one !== null),
    });
  return holds
    ? passed(
        title,
        `${hashes.length} hashes lead from entry ${entry.index} to the root ${toBase64(root)} of ${size} entries`,
      )
    : failed(
        title,
        `the ${hashes.length} hashes given do not lead from entry ${entry.index} to the root ${toBase64(root)}`,
      );
}
