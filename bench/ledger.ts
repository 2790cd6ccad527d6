/**
 * Measures the ledger: entries recorded a second at different concurrency, with a signed checkpoint every second, beside
 * what others do (an unsigned SHA-256 chain, one transaction an entry), and what a proof costs in a large tree.
 *
 * usage: node bench/ledger.ts [--seconds N] [--entries N] [--folder DIR]
 *
 * PostgreSQL is measured, too, when VOUCHSAFE_TEST_POSTGRES_URL names one. The folder has to be on a disk: the point is
 * what the disk can make durable.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { EntryDraft } from '../src/ledger/entry.ts';
import { ledgerKeysIn } from '../src/store/ledger/ledger-keys.ts';
import { openStore, type RecordsConfig } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    entries: { type: 'string', default: '100000' },
    folder: { type: 'string', default: import.meta.dirname },
  },
});
const seconds = Number(values.seconds);
const POSTGRES_URL = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];
const CONCURRENCIES = [1, 10, 100, 1000];
const PROOFS = 500;

/** What a sign-in leaves: some 500 bytes. */
const draft: EntryDraft = {
  class: 'authentication',
  activity: 'session.sign-in',
  actor: { kind: 'person', id: 'per_01J8Z3ABCDEFGHJKMNPQRSTVWX' },
  object: { kind: 'session', id: 'ses_01J8Z3ABCDEFGHJKMNPQRSTVWX' },
  decision: 'allow',
  outcome: 'success',
  severity: 'informational',
  reasons: ['the password and a passkey were right'],
  policy: { id: 'base', version: 3 },
};

const folder = mkdtempSync(join(values.folder, '.ledger-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  console.log('Entries recorded a second, each acknowledged when it is on the disk.\n');
  console.log(`| store | ${CONCURRENCIES.map((at) => `${at} at a time`).join(' | ')} |`);
  console.log(`| --- |${CONCURRENCIES.map(() => ' ---: |').join('')}`);
  printRates('vouchsafe, SQLite', await measureStore({ column: 'sqlite', folder: join(folder, 'sqlite') }));
  if (POSTGRES_URL !== undefined) {
    const schema = `bench_${randomBytes(4).toString('hex')}`;
    const records: RecordsConfig = { column: 'postgres', url: POSTGRES_URL, schema, folder: join(folder, 'postgres') };
    printRates('vouchsafe, PostgreSQL', await measureStore(records));
    await dropSchema(schema);
  }
  const chain = measureChain();
  console.log(
    row(
      'SHA-256 chain, SQLite, a transaction an entry, unsigned',
      CONCURRENCIES.map(() => chain),
    ),
  );
  await measureProofs();
}

/** What others on the machine take away from the first row is not in the second. */
function printRates(title: string, rates: readonly Rate[]): void {
  console.log(
    row(
      title,
      rates.map(({ wall }) => wall),
    ),
  );
  console.log(
    row(
      `${title}, a second of CPU time of its thread`,
      rates.map(({ cpu }) => cpu),
    ),
  );
}

interface Rate {
  readonly wall: number;
  readonly cpu: number;
}

function row(title: string, rates: readonly number[]): string {
  return `| ${title} | ${rates.map((rate) => Math.round(rate).toLocaleString('en')).join(' | ')} |`;
}

async function openBench(records: RecordsConfig): Promise<Store> {
  const origin = 'bench.example';
  const signers = ledgerKeysIn(join(records.folder ?? folder, 'keys'), { clock: Date.now });
  return openStore({ records, enqueue: async () => '', ledger: { origin, signers } });
}

async function measureStore(records: RecordsConfig): Promise<Rate[]> {
  const store = await openBench(records);
  const rates: Rate[] = [];
  for (const concurrency of CONCURRENCIES) rates.push(await measureRate(store, concurrency));
  await store.close();
  return rates;
}

async function measureRate(store: Store, concurrency: number): Promise<Rate> {
  let count = 0;
  const before = process.threadCpuUsage();
  const started = performance.now();
  const end = started + seconds * 1000;
  const write = async (): Promise<void> => {
    while (performance.now() < end) {
      await store.change(async ({ record }) => record(draft));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, write));
  const { user, system } = process.threadCpuUsage(before);
  return { wall: count / ((performance.now() - started) / 1000), cpu: count / ((user + system) / 1e6) };
}

/** Concurrency is of no use to it: each entry needs the hash of the one before. */
function measureChain(): number {
  const database = new DatabaseSync(join(folder, 'chain.db'));
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  database.exec('create table entry (id integer primary key, bytes text not null, hash text not null)');
  const last = database.prepare('select hash from entry order by id desc limit 1');
  const insert = database.prepare('insert into entry (bytes, hash) values (?, ?)');
  const bytes = JSON.stringify(draft);
  let count = 0;
  const started = performance.now();
  while (performance.now() < started + seconds * 1000) {
    database.exec('begin immediate');
    const before = String(last.get()?.['hash'] ?? '');
    insert.run(bytes, createHash('sha256').update(before).update(bytes).digest('hex'));
    database.exec('commit');
    count += 1;
  }
  database.close();
  return count / ((performance.now() - started) / 1000);
}

async function measureProofs(): Promise<void> {
  const wanted = Number(values.entries);
  const store = await openBench({ column: 'sqlite', folder: join(folder, 'proofs') });
  const built = performance.now();
  for (let size = 0; size < wanted; size += 5000) {
    await store.change(async ({ record }) => {
      for (let at = 0; at < 5000; at += 1) record(draft);
    });
  }
  const rate = wanted / ((performance.now() - built) / 1000);
  const size = await store.ledger.size();
  const index = (): number => Math.floor(Math.random() * size);
  const inclusion = await median(() => store.ledger.inclusion(index()));
  const consistency = await median(() => store.ledger.consistency(1 + index()));
  const search = await median(() => store.ledger.search({ activity: 'session.' }, { limit: 50 }));
  await store.close();
  const opened = performance.now();
  await (await openBench({ column: 'sqlite', folder: join(folder, 'proofs') })).close();
  const start = performance.now() - opened;
  console.log(
    `\nRecorded in changes of 5,000: ${Math.round(rate).toLocaleString('en')} entries/s. In a ledger of ${size.toLocaleString('en')} entries: ` +
      `inclusion proof ${inclusion} ms, consistency proof ${consistency} ms, newest 50 of an area ${search} ms (medians); ` +
      `a start that checks it, and a stop, ${start.toFixed(0)} ms.`,
  );
}

async function median(work: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let at = 0; at < PROOFS; at += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return (times.toSorted((a, b) => a - b)[PROOFS / 2] ?? 0).toFixed(2);
}

async function dropSchema(schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  await client.query(`drop schema ${schema} cascade`);
  await client.end();
}
