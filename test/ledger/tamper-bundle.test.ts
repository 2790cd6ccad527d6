import { describe, expect, test } from 'vitest';
import { bundleHeader, bundleLines, readBundle } from '../../src/ledger/bundle.ts';
import { signCheckpoint, type LedgerTrust } from '../../src/ledger/checkpoint.ts';
import type { ExportItem, LeafGroup } from '../../src/ledger/export-item.ts';
import { formatNote, parseNote } from '../../src/ledger/note.ts';
import { leafHash } from '../../src/ledger/tree.ts';
import { verifyExport, type LedgerVerification, type VerifyOptions } from '../../src/ledger/verify.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { classical, draftOf, groupOf, itemsOf, logSigners, logTrust, makeLog, newSigner, ORIGIN } from './fixture.ts';

const SIZES = [3, 10, 300, 301];
const log = makeLog(SIZES);
const keys = logTrust.keys.map(formatVerifierKey);

function bundleOf(items: readonly ExportItem[], size = 301): Uint8Array {
  return Buffer.concat([bundleHeader({ origin: ORIGIN, size, keys }), ...items.flatMap(bundleLines)]);
}

function* chunked(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function check(
  bytes: Uint8Array,
  options: Partial<VerifyOptions> = {},
  chunk = 65_536,
): Promise<LedgerVerification> {
  return verifyExport(await readBundle(chunked(bytes, chunk)), { trust: logTrust, ...options });
}

async function problemsOf(
  items: readonly ExportItem[],
  options: Partial<VerifyOptions> = {},
  size = 301,
): Promise<string[]> {
  const { ok, problems } = await check(bundleOf(items, size), options);
  expect(ok).toBe(problems.length === 0);
  return problems.map(({ code, index, end }) => (index === null ? code : `${code} ${index}-${end}`));
}

const items = itemsOf(log);
const isGroup = (item: ExportItem): item is LeafGroup => item.kind === 'leaves';

/** The export with the group that holds an entry changed. */
function withGroup(index: number, change: (group: LeafGroup, at: number) => LeafGroup): ExportItem[] {
  return items.map((item) => {
    const isOwn = isGroup(item) && item.start <= index && index < item.start + item.leaves.length;
    return isOwn ? change(item, index - item.start) : item;
  });
}

const otherEntry = (index: number): Uint8Array =>
  Buffer.from(
    Buffer.from(log.entries[index] ?? [])
      .toString('utf8')
      .replace('"allow"', '"deny"'),
  );

function swapped<T>(list: readonly T[], a: number, b: number): T[] {
  const copy = [...list];
  copy.splice(a, 1, ...list.slice(b, b + 1));
  copy.splice(b, 1, ...list.slice(a, a + 1));
  return copy;
}

describe('a bundle', () => {
  test('is verified, whatever the pieces it comes in', async () => {
    for (const chunk of [1, 7, 4096, 1 << 20]) {
      const result = await check(bundleOf(items), {}, chunk);
      expect(result).toMatchObject({
        ok: true,
        entries: 301,
        removed: 0,
        checkpoints: 4,
        remembered: null,
        problems: [],
      });
      expect(result.head?.checkpoint.size).toBe(301);
      expect(result.head?.signatures.map(({ key, time }) => [key.type, time])).toEqual([
        ['ed25519', null],
        ['ml-dsa-44', 1767323045],
      ]);
    }
  });

  test('of an empty log is verified', async () => {
    const empty = makeLog([0]);
    expect(await problemsOf(itemsOf(empty), {}, 0)).toEqual([]);
  });

  test('tells an edited entry, and still finds all others in order', async () => {
    const edited = withGroup(42, (group, at) => ({ ...group, entries: group.entries.with(at, otherEntry(42)) }));
    expect(await problemsOf(edited)).toEqual(['entry-edited 42-43']);
    expect((await check(bundleOf(edited))).checkpoints).toBe(4);
  });

  test('tells an edit hidden by a changed hash: the checkpoints do not fit', async () => {
    const hidden = withGroup(42, (group, at) => {
      const entry = otherEntry(42);
      return { ...group, entries: group.entries.with(at, entry), leaves: group.leaves.with(at, leafHash(entry)) };
    });
    expect(await problemsOf(hidden)).toEqual(['history-rewritten 10-300']);
  });

  test('tells a deleted entry', async () => {
    const deleted = withGroup(42, (group, at) => ({ ...group, entries: group.entries.toSpliced(at, 1) }));
    expect(await problemsOf(deleted)).toEqual(['entry-deleted 42-43']);
    const last = withGroup(299, (group, at) => ({ ...group, entries: group.entries.toSpliced(at, 1) }));
    expect(await problemsOf(last)).toEqual(['entry-deleted 299-300']);
  });

  test('tells entries that were deleted with their hashes', async () => {
    const gap = items.filter((item) => !isGroup(item) || item.start !== 3);
    expect(await problemsOf(gap)).toEqual(['entry-deleted 3-10']);
  });

  test('tells entries that were deleted with their hashes, those behind moved up', async () => {
    const moved: ExportItem[] = items.map((item) => {
      if (!isGroup(item) || item.start < 3) return item;
      if (item.start > 3) return { ...item, start: item.start - 1 };
      return { ...item, leaves: item.leaves.slice(1), entries: item.entries.slice(1) };
    });
    expect(await problemsOf(moved)).toContain('entry-deleted 3-10');
  });

  test('tells an entry that was put in', async () => {
    const inserted = withGroup(42, (group, at) => ({
      ...group,
      entries: group.entries.toSpliced(at, 0, otherEntry(42)),
    }));
    expect(await problemsOf(inserted)).toEqual(['entry-inserted 42-43']);
    const atEnd = withGroup(300, (group) => ({ ...group, entries: [...group.entries, otherEntry(42)] }));
    expect(await problemsOf(atEnd)).toEqual(['entry-inserted 301-302']);
  });

  test('tells entries out of order', async () => {
    const reordered = withGroup(42, (group, at) => ({ ...group, entries: swapped(group.entries, at, at + 9) }));
    expect(await problemsOf(reordered)).toEqual(['entries-reordered 42-43', 'entries-reordered 51-52']);
  });

  test('tells entries that changed places with their hashes', async () => {
    const reordered = withGroup(42, (group, at) => ({
      ...group,
      entries: swapped(group.entries, at, at + 9),
      leaves: swapped(group.leaves, at, at + 9),
    }));
    expect(await problemsOf(reordered)).toEqual(['history-rewritten 10-300']);
  });

  test('tells groups out of order', async () => {
    const second = items.findIndex((item) => isGroup(item) && item.start === 3);
    const problems = await problemsOf(swapped(items, 0, second));
    expect(problems).toContain('entries-reordered 0-3');
  });

  test('tells that its end is missing, wherever it is cut off', async () => {
    const whole = bundleOf(items);
    const header = whole.indexOf(0x0a) + 1;
    for (const end of [header, header + 1, 20_000, whole.length - 3000, whole.length - 1]) {
      const { ok, problems } = await check(whole.subarray(0, end));
      expect(ok).toBe(false);
      expect(problems.map(({ code }) => code)).toContain('truncated');
    }
    expect(await problemsOf(items.slice(0, -2))).toEqual(['truncated 300-301']);
    expect(await problemsOf(items.slice(0, -1))).toEqual(['truncated 300-301']);
    expect(await problemsOf([])).toEqual(['truncated 0-301']);
  });

  test('tells a rollback from a checkpoint remembered', async () => {
    const remembered = log.notes.get(301);
    const before = items.slice(0, -2);
    expect(await problemsOf(before, {}, 300)).toEqual([]);
    expect(await problemsOf(before, { remembered }, 300)).toEqual(['rollback 300-301']);
  });

  test('finds a checkpoint remembered, wherever in a group it was', async () => {
    for (const size of [0, 1, 10, 299, 301]) {
      const remembered = signCheckpoint(log.checkpointAt(size), logSigners);
      expect(await check(bundleOf(items), { remembered })).toMatchObject({ ok: true, remembered: true });
    }
  });

  test('tells a fork from a checkpoint remembered', async () => {
    const other = makeLog([50], (index) => draftOf(index === 20 ? 21 : index));
    const result = await check(bundleOf(items), { remembered: other.notes.get(50) });
    expect(result).toMatchObject({ ok: false, remembered: false });
    expect(result.problems.map(({ code, end }) => [code, end])).toEqual([['fork', 50]]);
  });

  test('tells a fork from two checkpoints of one size', async () => {
    const other = makeLog([10], (index) => draftOf(index === 2 ? 21 : index));
    const note = other.notes.get(10) ?? '';
    const at = items.findIndex((item) => item.kind === 'checkpoint' && item.note === log.notes.get(10));
    for (const place of [at, at + 1]) {
      expect(await problemsOf(items.toSpliced(place, 0, { kind: 'checkpoint', note }))).toHaveLength(1);
      expect((await problemsOf(items.toSpliced(place, 0, { kind: 'checkpoint', note })))[0]).toMatch(/^fork .*10$/);
    }
  });

  test('tells a fork that the log itself signed over', async () => {
    const other = makeLog([10], (index) => draftOf(index === 7 ? 21 : index));
    const swappedIn = items.map(
      (item): ExportItem =>
        item.kind === 'checkpoint' && item.note === log.notes.get(10)
          ? { kind: 'checkpoint', note: other.notes.get(10) ?? '' }
          : item,
    );
    expect(await problemsOf(swappedIn)).toEqual(['fork 3-10']);
  });

  test('tells checkpoints that changed places', async () => {
    const [a, b] = [
      items.findIndex((item) => item.kind === 'checkpoint' && item.note === log.notes.get(3)),
      items.length - 1,
    ];
    const problems = await problemsOf(swapped(items, a, b));
    expect(problems).toEqual(['checkpoint-misplaced', 'checkpoint-misplaced']);
  });

  test('tells a signature that was changed', async () => {
    const broken = items.map((item): ExportItem => {
      if (item.kind !== 'checkpoint' || item.note !== log.notes.get(10)) return item;
      const note = parseNote(item.note);
      const signatures = note.signatures.map((one) => ({
        ...one,
        signature: one.signature.with(20, 1 ^ (one.signature[20] ?? 0)),
      }));
      return { kind: 'checkpoint', note: formatNote({ ...note, signatures }) };
    });
    expect(await problemsOf(broken)).toEqual(['signature-invalid']);
  });

  test('is not taken on the word of a stranger', async () => {
    const stranger: LedgerTrust = { keys: [newSigner(ORIGIN, 'ed25519').key] };
    const problems = await problemsOf(items, { trust: stranger });
    expect(new Set(problems)).toEqual(new Set(['unknown-key']));
    const elsewhere: LedgerTrust = { keys: [newSigner('other.example.org', 'ed25519').key] };
    expect(new Set(await problemsOf(items, { trust: elsewhere }))).toEqual(new Set(['origin-mismatch']));
  });

  test('needs both signatures when both keys are known', async () => {
    const last = items.length - 1;
    const single = items.with(last, { kind: 'checkpoint', note: signCheckpoint(log.checkpointAt(301), [classical]) });
    expect(await problemsOf(single)).toEqual(['unknown-key']);
    expect(await problemsOf(single, { trust: { keys: [classical.key] } })).toEqual([]);
  });

  test('needs its witnesses on the last checkpoint', async () => {
    const witnesses = [newSigner('w1.example', 'ed25519-cosignature'), newSigner('w2.example', 'ml-dsa-44')];
    const trust = { ...logTrust, witnesses: witnesses.map(({ key }) => key), quorum: 2 };
    expect(await problemsOf(items, { trust })).toEqual(['quorum-unmet']);
    const cosigned = (signers: typeof witnesses): ExportItem[] =>
      items.with(items.length - 1, {
        kind: 'checkpoint',
        note: signCheckpoint(log.checkpointAt(301), [...logSigners, ...signers]),
      });
    expect(await problemsOf(cosigned(witnesses), { trust })).toEqual([]);
    expect(await problemsOf(cosigned(witnesses.slice(1)), { trust })).toEqual(['quorum-unmet']);
  });

  test('tells what retention removed, and refuses what it did not', async () => {
    const removed = withGroup(5, (group, at) => ({ ...group, entries: group.entries.with(at, null) }));
    expect(await problemsOf(removed)).toEqual(['entry-withheld 5-6']);
    const retained = makeLog([20], (index) =>
      index < 19
        ? draftOf(index)
        : {
            class: 'entity-management',
            activity: 'ledger.retention',
            actor: { kind: 'system', id: 'retention' },
            outcome: 'success',
            data: { removed_below: 6 },
          },
    );
    const without = (index: number): ExportItem[] => {
      const group = groupOf(retained, 0, 20);
      const entries = group.entries.with(index, null);
      return [
        { ...group, entries },
        { kind: 'checkpoint', note: retained.notes.get(20) ?? '' },
      ];
    };
    const result = await check(bundleOf(without(5), 20));
    expect(result).toMatchObject({ ok: true, removed: 1, problems: [] });
    expect(await problemsOf(without(6), {}, 20)).toEqual(['entry-withheld 6-7']);
  });

  test('lets no retention cover what is recorded after it', async () => {
    const greedy = makeLog([20], (index) =>
      index === 9
        ? {
            class: 'entity-management',
            activity: 'ledger.retention',
            actor: { kind: 'system', id: 'retention' },
            outcome: 'success',
            data: { removed_below: 1000 },
          }
        : draftOf(index),
    );
    const group = groupOf(greedy, 0, 20);
    const without = (index: number): ExportItem[] => [
      { ...group, entries: group.entries.with(index, null) },
      { kind: 'checkpoint', note: greedy.notes.get(20) ?? '' },
    ];
    expect(await problemsOf(without(8), {}, 20)).toEqual([]);
    expect(await problemsOf(without(12), {}, 20)).toEqual(['entry-withheld 12-13']);
  });

  test('is not compared with a checkpoint of somebody else', async () => {
    const remembered = signCheckpoint(log.checkpointAt(10), [newSigner(ORIGIN, 'ed25519')]);
    await expect(check(bundleOf(items), { remembered })).rejects.toThrow('the checkpoint remembered cannot be used');
  });

  test('tells an entry that is in the tree and is none', async () => {
    const entry = Buffer.from('{"activity": 1}');
    const group: LeafGroup = { kind: 'leaves', start: 0, leaves: [leafHash(entry)], entries: [entry] };
    const note = signCheckpoint({ origin: ORIGIN, size: 1, root: leafHash(entry), extensions: [] }, logSigners);
    expect(await problemsOf([group, { kind: 'checkpoint', note }], {}, 1)).toEqual(['entry-invalid 0-1']);
  });

  test('counts the problems it does not list', async () => {
    const all = items.map((item) =>
      isGroup(item) ? { ...item, entries: item.entries.map(() => Buffer.from('{}')) } : item,
    );
    const { problems, problemsLeftOut } = await check(bundleOf(all));
    expect(problems).toHaveLength(100);
    expect(problemsLeftOut).toBe(201);
  });
});
