import type { Kysely } from 'kysely';
import type { Database } from '../tables/index.ts';
import type { Writer } from '../write/writer.ts';
import type { SignedCheckpoint } from './checkpoint-keeper.ts';
import { findDispensable } from './thin-checkpoints.ts';

/** A checkpoint has 3.6 KB, and there may be one a second. */
const THIN_EVERY_MS = 10 * 60_000;

/** Rows that one change removes: others wait for it. */
const DROPPED_AT_ONCE = 500;

export interface CheckpointHistoryOptions {
  readonly read: Kysely<Database>;
  readonly writer: Pick<Writer, 'change'>;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly warn: (error: unknown) => void;
}

/** The checkpoints that were signed: all of the last hour, fewer of the time before. */
export class CheckpointHistory {
  readonly #options: CheckpointHistoryOptions;
  #thinnedAtMs = Number.NEGATIVE_INFINITY;
  #settledSize = 0;

  constructor(options: CheckpointHistoryOptions) {
    this.#options = options;
  }

  /** Whoever was first with this size keeps his. That thinning fails stops nothing. */
  async keep({ size, root, time, note }: SignedCheckpoint): Promise<void> {
    await this.#options.writer.change(({ sql }) =>
      sql
        .insertInto('ledger_checkpoint')
        .values({ size, root, time, note })
        .onConflict((conflict) => conflict.column('size').doNothing())
        .execute(),
    );
    const nowMs = this.#options.clock();
    if (Math.abs(nowMs - this.#thinnedAtMs) < THIN_EVERY_MS) return;
    this.#thinnedAtMs = nowMs;
    await this.#thin(nowMs).catch(this.#options.warn);
  }

  async #thin(nowMs: number): Promise<void> {
    const { read, writer } = this.#options;
    const { sizes, settledSize } = await findDispensable(read, { nowMs, fromSize: this.#settledSize });
    for (let at = 0; at < sizes.length; at += DROPPED_AT_ONCE) {
      const some = sizes.slice(at, at + DROPPED_AT_ONCE);
      await writer.change(async ({ sql }) => {
        await sql.deleteFrom('ledger_cosignature').where('size', 'in', some).execute();
        await sql.deleteFrom('ledger_checkpoint').where('size', 'in', some).execute();
      });
    }
    this.#settledSize = settledSize;
  }
}
