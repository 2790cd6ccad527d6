/**
 * Writes until it is killed, and says on standard output what is durable, a line each: the id of the thing and the
 * index of its entry.
 *
 * usage: node writing-process.ts CONFIG, where CONFIG is JSON
 */
import { writeSync } from 'node:fs';
import { sql } from 'kysely';
import { openStore, type RecordsConfig } from '../../src/store/open-store.ts';
import { type LedgerPems, makeLedgerOptions } from '../build/ledger-signers.ts';
import { draftOf } from './drafts.ts';

export interface WritingConfig {
  readonly records: RecordsConfig;
  readonly pems: LedgerPems;
  /** Of the ids that it makes. */
  readonly prefix: string;
  readonly concurrency: number;
  readonly signEveryMs: number;
  /** Changes after which it ends by itself. */
  readonly changes: number;
}

const config = JSON.parse(process.argv[2] ?? '') as WritingConfig;
const store = await openStore({
  records: config.records,
  enqueue: async () => '',
  ledger: makeLedgerOptions({ signEveryMs: config.signEveryMs }, config.pems),
});
let next = 0;

async function write(): Promise<void> {
  while (next < config.changes) {
    const id = `${config.prefix}-${next++}`;
    const { entries } = await store.change(async (change) => {
      await sql`insert into thing (id) values (${id})`.execute(change.sql);
      change.record(draftOf(id));
    });
    writeSync(1, `${id} ${entries[0]?.index}\n`);
  }
}

await Promise.all(Array.from({ length: config.concurrency }, write));
await store.close();
