import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change, Store } from '../../store/store.ts';

const FLUSH_MS = 2000;
const DAY_MS = 86_400_000;
/** Pairs in one statement. */
const MAX_IN_STATEMENT = 100;
/** Where the records cannot be written for long, what is noted must not fill the memory. */
const MAX_NOTED = 100_000;

interface Noted {
  readonly versionId: string;
  readonly principal: PrincipalRef;
  files: number;
  bytes: number;
  readonly firstMs: number;
  lastMs: number;
}

export interface Download {
  readonly versionId: string;
  readonly principal: PrincipalRef;
}

export interface TallyMeans {
  readonly store: Pick<Store, 'change'>;
  /** ms since 1970. */
  readonly clock: () => number;
  /** Told when the records could not be written; the next turn tries again. */
  readonly onFault: (error: unknown) => void;
}

/** Who downloaded what: counted in memory, written every two seconds, with one entry in the ledger for each principal, version and day. */
export class DownloadTally {
  readonly #means: TallyMeans;
  #noted = new Map<string, Noted>();
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(means: TallyMeans) {
    this.#means = means;
  }

  /** A file was begun, or bytes of one were sent. */
  note({ versionId, principal }: Download, { files, bytes }: { readonly files: number; readonly bytes: number }): void {
    const now = this.#means.clock();
    this.#add({ versionId, principal, files, bytes, firstMs: now, lastMs: now });
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#means.onFault), FLUSH_MS).unref();
  }

  /** Writes what was noted; whoever wants to know who has a version calls it first. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.catch(() => undefined).then(() => this.#write());
    return this.#flushing;
  }

  /** Writes what is left and ends. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  #add(noted: Noted): void {
    const { versionId, principal, files, bytes, lastMs } = noted;
    const key = keyOf(versionId, principal);
    const known = this.#noted.get(key);
    if (known === undefined) {
      if (this.#noted.size < MAX_NOTED) this.#noted.set(key, noted);
      return;
    }
    known.files += files;
    known.bytes += bytes;
    known.lastMs = Math.max(known.lastMs, lastMs);
  }

  async #write(): Promise<void> {
    const noted = [...this.#noted.values()];
    this.#noted = new Map();
    for (let from = 0; from < noted.length; from += MAX_IN_STATEMENT) {
      const some = noted.slice(from, from + MAX_IN_STATEMENT);
      try {
        await this.#means.store.change((change) => writeSome(change, some));
      } catch (error) {
        for (const one of noted.slice(from)) this.#add(one);
        this.#timer ??= setTimeout(() => void this.flush().catch(this.#means.onFault), FLUSH_MS).unref();
        throw error;
      }
    }
  }
}

async function writeSome(change: Change, noted: readonly Noted[]): Promise<void> {
  const lastAt = await lastTimes(change, noted);
  for (const one of noted) {
    const last = lastAt.get(keyOf(one.versionId, one.principal));
    if (last === undefined || dayOf(last) < dayOf(one.lastMs)) recordDownload(change, one);
  }
  await change.sql
    .insertInto('registry_downloads')
    .values(
      noted.map(({ versionId, principal, files, bytes, firstMs, lastMs }) => ({
        version_id: versionId,
        principal_kind: principal.kind,
        principal_id: principal.id,
        files,
        bytes,
        first_at: firstMs,
        last_at: lastMs,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['version_id', 'principal_kind', 'principal_id']).doUpdateSet((eb) => ({
        files: eb('registry_downloads.files', '+', eb.ref('excluded.files')),
        bytes: eb('registry_downloads.bytes', '+', eb.ref('excluded.bytes')),
        last_at: eb.ref('excluded.last_at'),
      })),
    )
    .execute();
}

async function lastTimes({ sql }: Change, noted: readonly Noted[]): Promise<ReadonlyMap<string, number>> {
  const rows = await sql
    .selectFrom('registry_downloads')
    .select(['version_id', 'principal_kind', 'principal_id', 'last_at'])
    .where((eb) =>
      eb.or(
        noted.map(({ versionId, principal }) =>
          eb.and({ version_id: versionId, principal_kind: principal.kind, principal_id: principal.id }),
        ),
      ),
    )
    .execute();
  return new Map(
    rows.map((row) => [keyOf(row.version_id, { kind: row.principal_kind, id: row.principal_id }), row.last_at]),
  );
}

function recordDownload(change: Change, { versionId, principal }: Noted): void {
  change.record({
    class: 'datastore-activity',
    activity: 'model.download',
    actor: principal,
    object: { kind: 'version', id: versionId },
    outcome: 'success',
    severity: 'informational',
  });
}

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

function keyOf(versionId: string, { kind, id }: PrincipalRef): string {
  return `${versionId} ${kind} ${id}`;
}
