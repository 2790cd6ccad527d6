import type { SigningOptions } from '../build/ledger-signers.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { readBundle } from '../../src/ledger/bundle.ts';
import { verifyExport } from '../../src/ledger/verify.ts';
import type { Store } from '../../src/store/store.ts';
import type { WritingConfig } from './writing-process.ts';

/** What tests write beside the ledger: each thing is made together with one entry about it. */
export async function makeThings(store: Store): Promise<void> {
  await store.change(async ({ sql: tx }) => {
    await sql`create table if not exists thing (id text primary key)`.execute(tx);
  });
}

export interface Writing {
  readonly child: ChildProcess;
  /** Things that were said to be durable, with the index of their entry. */
  readonly acknowledged: Map<string, number>;
  /** Resolves with the first of them. */
  readonly begun: Promise<void>;
  /** Resolves when it has ended and everything it said was read. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

export function startWriting(config: WritingConfig): Writing {
  const program = join(import.meta.dirname, 'writing-process.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const acknowledged = new Map<string, number>();
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  let rest = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [id = '', index] = line.split(' ');
      acknowledged.set(id, Number(index));
    }
    resolve();
  });
  const ended = once(child, 'close').then(([code]) => {
    resolve();
    return { code: code as number | null, errors };
  });
  return { child, acknowledged, begun, ended };
}

/** Everything that was acknowledged is there, and nothing is there twice. @returns how many entries there are. */
export async function expectAll(store: Store, acknowledged: ReadonlyMap<string, number>): Promise<number> {
  // One view: PostgreSQL may still be at work on what a killed process had asked for.
  const view = store.read.transaction().setIsolationLevel('repeatable read');
  const { things, entries } = await view.execute(async (db) => ({
    things: (await sql<{ id: string }>`select id from thing`.execute(db)).rows,
    entries: await db.selectFrom('ledger_entry').select(['entry_index', 'object_id']).orderBy('entry_index').execute(),
  }));
  const ids = entries.map((entry) => entry.object_id ?? '');
  expect(entries.every((entry, at) => entry.entry_index === at)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  // A change and its entry: both or neither.
  expect(things.map(({ id }) => id).sort()).toEqual(ids.toSorted());
  for (const [id, index] of acknowledged) expect(ids[index]).toBe(id);
  return ids.length;
}

/** The tree is the one over the entries, and every checkpoint that was ever signed is of it. */
export async function expectVerified(store: Store, { signers, origin }: SigningOptions): Promise<void> {
  const { content } = await store.ledger.exportBundle();
  const trust = { keys: signers.map(({ key }) => key), origin };
  expect(await verifyExport(await readBundle(content), { trust })).toMatchObject({ ok: true, problems: [] });
}
