import type { EvidenceKind } from '../../contract/types/registry.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import { nameBlob, unnameBlobs, unsettled } from '../../store/blobs/name-blob.ts';
import { removeUnnamedBlobs } from '../../store/blobs/remove-unnamed.ts';
import type { ThreadStore } from '../../store/jobs/threads/remote-store.ts';
import type { Change } from '../../store/store.ts';

/** The report on a version of many files is the longest of them. */
const MAX_EVIDENCE_BYTES = 512 * 1024 * 1024;

interface Means {
  readonly store: ThreadStore;
  readonly blobs: Blobs;
}

interface NewEvidence {
  readonly versionId: string;
  readonly kind: EvidenceKind;
  /** Of the file that it is downloaded as. */
  readonly name: string;
  readonly content: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface Evidence {
  readonly kind: EvidenceKind;
  readonly name: string;
  readonly digest: string;
  readonly bytes: number;
  /** ms since 1970. */
  readonly madeAtMs: number;
  read(): AsyncIterable<Uint8Array>;
  /** For documents that are known to be short. @throws RangeError for one of more than 64 MiB. */
  text(): Promise<string>;
}

const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Keeps a document that was made of a version; one of the same kind takes the place of the one before. */
export function putEvidence(means: Means, evidence: NewEvidence): Promise<void> {
  return putAllEvidence(means, [evidence]);
}

/** Keeps several documents in one change, which costs the records more than what is written in it. */
export async function putAllEvidence({ store, blobs }: Means, evidence: readonly NewEvidence[]): Promise<void> {
  const kept: KeptEvidence[] = [];
  for (const { versionId, kind, name, content } of evidence) {
    const { digest, bytes } = await blobs.put(piecesOf(content), { maxBytes: MAX_EVIDENCE_BYTES });
    kept.push({ versionId, kind, name, digest, bytes });
  }
  const atMs = Date.now();
  const { value: replaced } = await store.change(async (change) => {
    const unnamed: string[] = [];
    // In one order: two versions may have the same document, and neither shall wait for the other in a circle.
    for (const one of kept.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)))
      unnamed.push(...(await writeDown(change, one, atMs)));
    await unnameBlobs(change, unnamed, atMs);
    return unnamed;
  });
  // What removed the same bytes may have done so just before they were named.
  for (const { digest } of kept) if ((await blobs.stat(digest)) === undefined) throw unsettled(digest);
  await removeUnnamedBlobs({ store, blobs, clock: Date.now }, replaced);
}

interface KeptEvidence extends Omit<NewEvidence, 'content'> {
  readonly digest: string;
  readonly bytes: number;
}

/** Answers with the blob that nothing names any more. */
async function writeDown(
  change: Change,
  { versionId, kind, name, digest, bytes }: KeptEvidence,
  atMs: number,
): Promise<readonly string[]> {
  await nameBlob(change, digest, atMs);
  const before = await digestOf(change.sql, { versionId, kind });
  const facts = { name, digest, bytes, made_at: atMs };
  await change.sql
    .insertInto('registry_evidence')
    .values({ version_id: versionId, kind, ...facts })
    .onConflict((conflict) => conflict.columns(['version_id', 'kind']).doUpdateSet(facts))
    .execute();
  return before === undefined || before === digest ? [] : [before];
}

/** Does away with documents that are not about the version any more, as of an attempt that was given up. */
export async function dropEvidence(
  { store, blobs }: Means,
  { versionId, kinds }: { readonly versionId: string; readonly kinds: readonly EvidenceKind[] },
): Promise<void> {
  const { value: unnamed } = await store.change(async (change) => {
    const rows = await change.sql
      .deleteFrom('registry_evidence')
      .where('version_id', '=', versionId)
      .where('kind', 'in', kinds)
      .returning('digest')
      .execute();
    const digests = rows.map(({ digest }) => digest);
    await unnameBlobs(change, digests, Date.now());
    return digests;
  });
  await removeUnnamedBlobs({ store, blobs, clock: Date.now }, unnamed);
}

async function digestOf(
  read: Pick<Change['sql'], 'selectFrom'>,
  { versionId, kind }: Pick<NewEvidence, 'versionId' | 'kind'>,
): Promise<string | undefined> {
  const row = await read
    .selectFrom('registry_evidence')
    .select('digest')
    .where('version_id', '=', versionId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return row?.digest;
}

/** Undefined where none was made. */
export async function readEvidence(
  { store, blobs }: Pick<Means, 'blobs'> & { readonly store: Pick<ThreadStore, 'read'> },
  { versionId, kind }: Pick<NewEvidence, 'versionId' | 'kind'>,
): Promise<Evidence | undefined> {
  const row = await store.read
    .selectFrom('registry_evidence')
    .selectAll()
    .where('version_id', '=', versionId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { name, digest, bytes, made_at: madeAtMs } = row;
  const read = (): AsyncIterable<Uint8Array> => blobs.read(digest);
  return { kind, name, digest, bytes, madeAtMs, read, text: () => textOf(read(), bytes) };
}

async function* piecesOf(content: NewEvidence['content']): AsyncIterable<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

async function textOf(pieces: AsyncIterable<Uint8Array>, bytes: number): Promise<string> {
  if (bytes > MAX_TEXT_BYTES) throw new RangeError(`expected at most ${MAX_TEXT_BYTES} bytes, found ${bytes}`);
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString('utf8');
}
