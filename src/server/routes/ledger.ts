import { Readable } from 'node:stream';
import { toBase64 } from '../../ledger/encoding.ts';
import { formatProofFile } from '../../ledger/proof-file.ts';
import { StoreError } from '../../store/errors.ts';
import type { PublishedCheckpoint } from '../../store/ledger/ledger.ts';
import type { Services } from '../services.ts';
import { ledgerExport } from '../jobs/ledger-export.ts';
import { type AnyBinding, bind } from './bind.ts';
import { jobReply } from './job-reply.ts';
import { checkpointReply, entryDetailReply, entryReplies, ledgerStateReply } from './ledger-replies.ts';
import { recordLedgerAct } from './record-ledger-act.ts';
import { signedIn } from './signed-in.ts';

/** A tile of hashes is what it is for ever. */
const FOR_EVER = 'private, max-age=31536000, immutable';
/** What retention may remove, or what grows. */
const NOT_KEPT = 'no-cache';

const ledgerBindingsApi: readonly AnyBinding[] = [
  bind('ledger.state', ({ services }) => ledgerStateReply(services)),

  bind('ledger.entries', async ({ services, query }) => {
    const { from, to, limit, cursor, ...filter } = query;
    const times = { fromMs: msOf(from), toMs: msOf(to) };
    const { rows, next } = await services.store.ledger.search({ ...filter, ...times }, { limit, cursor });
    return { items: await entryReplies(services.store, rows), next };
  }),

  bind('ledger.entry', async ({ services, params }) => entryDetailReply(services.store, params.index)),

  bind('ledger.reveal', async ({ services, params, caller }) => {
    const { store } = services;
    const { id } = await store.ledger.entry(params.index);
    const openings = await store.ledger.openings(params.index);
    const data = { index: params.index, fields: openings.map(({ field }) => field) };
    // First it is recorded, then it is shown.
    await store.change(async (change) => {
      recordLedgerAct(change, caller, { activity: 'ledger.reveal', object: { kind: 'entry', id }, data });
    });
    return { openings: openings.map(({ field, value, salt }) => ({ field, value, salt: toBase64(salt) })) };
  }),

  bind('ledger.inclusion', async ({ services, params, query }) => {
    const { index, proof, leafHash, checkpoint } = await services.store.ledger.inclusion(params.index, query.size);
    const { size, note } = checkpoint;
    return { index, treeSize: size, leafHash: toBase64(leafHash), hashes: proof.map(toBase64), checkpoint: note };
  }),

  bind('ledger.proofFile', async ({ services, params }) => {
    const { ledger } = services.store;
    const { index, proof, checkpoint } = await ledger.inclusion(params.index);
    const { bytes } = await ledger.entry(params.index);
    const extra = bytes === null ? {} : { extra: bytes };
    const content = formatProofFile({ index, proof, checkpoint: checkpoint.note, ...extra });
    return { content, headers: attachment(`entry-${index}.tlog-proof`) };
  }),

  bind('ledger.consistency', async ({ services, query }) => {
    const { fromSize, proof, checkpoint } = await services.store.ledger.consistency(query.from, query.to);
    return { fromSize, toSize: checkpoint.size, hashes: proof.map(toBase64), checkpoint: checkpoint.note };
  }),

  bind('ledger.checkpoints', async ({ services, query }) => {
    const { items, next } = await services.store.ledger.checkpoints(query);
    return { items: items.map(checkpointReply), next };
  }),
];

const exportBindings: readonly AnyBinding[] = [
  bind('ledger.export', async ({ services, caller }) => {
    const { value: id } = await services.store.change(async (change) => {
      const job = await change.enqueue({ kind: ledgerExport.kind, data: {}, requestedBy: signedIn(caller) });
      recordLedgerAct(change, caller, { activity: 'ledger.export', object: { kind: 'job', id: job } });
      return job;
    });
    const job = await services.jobs.find(id);
    if (job === undefined) throw StoreError.of('export-unknown', id);
    return jobReply(services.store, job);
  }),

  bind('ledger.exportState', async ({ services, params, caller }) => {
    const job = await services.jobs.find(params.jobId);
    // Jobs of others, and of other kinds, are for those who may see jobs: `jobs.show`.
    if (job?.kind !== ledgerExport.kind || job.requestedBy?.id !== signedIn(caller).id) {
      throw StoreError.of('export-unknown', params.jobId);
    }
    return jobReply(services.store, job);
  }),

  bind('ledger.download', async ({ services, params, caller, signal }) => {
    const job = await services.jobs.find(params.jobId);
    const result = job?.kind === ledgerExport.kind ? job.result : null;
    if (result === null) throw StoreError.of('export-unknown', params.jobId);
    const object = { kind: 'job', id: params.jobId, digest: result.digest };
    await services.store.change(async (change) => {
      recordLedgerAct(change, caller, { activity: 'ledger.download', object });
    });
    const content = Readable.from(services.blobs.read(result.digest), { objectMode: false, signal });
    return { content, headers: { ...attachment(result.name), 'content-length': String(result.bytes) } };
  }),
];

const tlogBindings: readonly AnyBinding[] = [
  bind('ledger.tlogCheckpoint', async ({ services }) => {
    const { note } = await latestOf(services);
    return { content: note, headers: { 'cache-control': NOT_KEPT } };
  }),

  bind('ledger.tlogCheckpoints', async ({ services }) => ({
    content: Readable.from(linesOf(services.store.ledger.history()), { objectMode: false }),
    headers: { 'cache-control': NOT_KEPT },
  })),

  bind('ledger.tlogTile', async ({ services, params }) => {
    const { content, isForEver } = await services.store.ledger.tile(`tile/${params['*']}`);
    return { content, headers: { 'cache-control': isForEver ? FOR_EVER : NOT_KEPT } };
  }),

  bind('ledger.tlogKeys', async ({ services }) => [...services.store.ledger.keys]),
];

/** The ledger: search, proofs, exports, and what c2sp.org/tlog-tiles wants of a log. */
export const ledgerBindings: readonly AnyBinding[] = [...ledgerBindingsApi, ...exportBindings, ...tlogBindings];

async function latestOf({ store }: Services): Promise<PublishedCheckpoint> {
  const latest = await store.ledger.latest();
  if (latest === null) throw StoreError.of('checkpoint-unknown', 'nothing was signed yet');
  return latest;
}

async function* linesOf(notes: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const checkpoint of notes) yield `${JSON.stringify({ checkpoint })}\n`;
}

const msOf = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

/** Names here are made by us, of letters, digits and dashes. */
const attachment = (name: string): Record<string, string> => ({
  'content-disposition': `attachment; filename="${name}"`,
});
