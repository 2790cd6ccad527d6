import { LedgerError } from '../../ledger/errors.ts';
import { formatSignature } from '../../ledger/note.ts';
import { parseVerifierKey } from '../../ledger/verifier-key.ts';
import type { Fetch } from '../../node/ledger/http.ts';
import { requestCosignature } from '../../node/ledger/witness-client.ts';
import type { Store } from '../store.ts';
import type { PublishedCheckpoint } from './ledger.ts';

/** A witness that is asked for its cosignature. */
export interface WitnessConfig {
  readonly name: string;
  /** Where it answers `add-checkpoint`. */
  readonly url: string;
  /** Its verifier key, as text. */
  readonly key: string;
}

export interface WitnessingOptions {
  readonly store: Store;
  readonly witnesses: readonly WitnessConfig[];
  /** The server's own, which knows which networks may be called. */
  readonly fetch?: Fetch;
  readonly everyMs?: number;
  /** ms since 1970. */
  readonly clock: () => number;
}

const EVERY_MS = 10_000;
const TIMEOUT_MS = 10_000;

/**
 * Shows the latest checkpoint to witnesses from time to time, and keeps what they sign. A witness that is away or
 * refuses stops nothing: what is wrong is kept, to be shown to people.
 */
export class Witnessing {
  readonly #options: WitnessingOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(options: WitnessingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round ??= this.ask().finally(() => {
        this.#round = undefined;
      });
    }, this.#options.everyMs ?? EVERY_MS);
    this.#timer.unref();
  }

  /** Waits for those that are being asked. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Asks every witness that has not seen the latest checkpoint. Never throws. */
  async ask(): Promise<void> {
    const { store, witnesses } = this.#options;
    if (witnesses.length === 0) return;
    const latest = await store.ledger.latest().catch(() => null);
    if (latest === null || latest.size === 0) return;
    await Promise.all(witnesses.map((witness) => this.#askOne(witness, latest)));
  }

  async #askOne(witness: WitnessConfig, latest: PublishedCheckpoint): Promise<void> {
    if (latest.witnesses.includes(witness.name)) return;
    try {
      await this.#keep(witness, latest, await this.#cosigned(witness, latest));
    } catch (error) {
      const fault = error instanceof LedgerError ? error.message : 'it could not be asked';
      await this.#tell(witness, fault).catch(() => undefined);
    }
  }

  async #cosigned(witness: WitnessConfig, { size, note }: PublishedCheckpoint): Promise<string> {
    const { store, fetch } = this.#options;
    const known = await store.read
      .selectFrom('ledger_witness')
      .select('size')
      .where('name', '=', witness.name)
      .executeTakeFirst();
    const signatures = await requestCosignature(witness.url, {
      checkpoint: note,
      size,
      oldSize: known?.size ?? 0,
      proofFrom: async (oldSize) => (await store.ledger.consistency(oldSize, size)).proof,
      keys: [parseVerifierKey(witness.key)],
      fetch,
      timeoutMilliseconds: TIMEOUT_MS,
    });
    return signatures.map(formatSignature).join('');
  }

  async #keep({ name, url }: WitnessConfig, { size }: PublishedCheckpoint, line: string): Promise<void> {
    const time = this.#options.clock();
    const seen = { url, size, seen_at: time, fault: null };
    await this.#options.store.change(async ({ sql }) => {
      await sql
        .insertInto('ledger_cosignature')
        .values({ size, witness: name, line, time })
        .onConflict((conflict) => conflict.columns(['size', 'witness']).doNothing())
        .execute();
      await sql
        .insertInto('ledger_witness')
        .values({ name, ...seen })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(seen))
        .execute();
    });
  }

  async #tell({ name, url }: WitnessConfig, fault: string): Promise<void> {
    await this.#options.store.change(({ sql }) =>
      sql
        .insertInto('ledger_witness')
        .values({ name, url, size: 0, seen_at: null, fault })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ url, fault }))
        .execute(),
    );
  }
}
