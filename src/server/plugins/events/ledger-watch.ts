import type { Bus } from '../../../store/bus/bus.ts';
import type { Store } from '../../../store/store.ts';
import type { RecordedActivity } from './topics.ts';

/** Another process may have recorded something without a word on the bus. */
const LOOK_EVERY_MS = 1000;
/** Words on the bus come in bursts, and a little before what they are about is to be read. */
const LOOK_AFTER_MS = 100;
/** More than this at once says no more than that much happened. */
const MAX_ACTIVITIES = 500;

export interface LedgerWatchOptions {
  readonly store: Pick<Store, 'read' | 'ledger'>;
  readonly bus: Bus;
  readonly onFault: (error: unknown) => void;
  readonly onActivities: (activities: readonly RecordedActivity[]) => void;
}

/** Follows what is recorded, in whatever process, while somebody listens. One query a second, however many listen. */
export class LedgerWatch {
  readonly #options: LedgerWatchOptions;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #ends: (() => void)[] = [];
  #isLooking = false;

  constructor(options: LedgerWatchOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    const { bus, store } = this.#options;
    this.#ends = (['access', 'policies', 'ledger'] as const).map((topic) =>
      bus.subscribe(topic, () => this.#lookSoon()),
    );
    this.#size = await store.ledger.size();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
    for (const end of this.#ends.splice(0)) end();
  }

  #lookSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.#look();
    }, LOOK_AFTER_MS);
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#timer === undefined) return;
    this.#isLooking = true;
    try {
      const rows = await this.#read();
      if (rows.length > 0) this.#options.onActivities(rows);
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #read(): Promise<readonly RecordedActivity[]> {
    const rows = await this.#options.store.read
      .selectFrom('ledger_entry')
      .select(['entry_index', 'area', 'actor_id', 'object_id'])
      .where('entry_index', '>=', this.#size)
      .orderBy('entry_index')
      .limit(MAX_ACTIVITIES)
      .execute();
    const last = rows.at(-1);
    if (last !== undefined) this.#size = last.entry_index + 1;
    return rows;
  }
}
