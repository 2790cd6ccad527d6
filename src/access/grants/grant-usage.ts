import type { Store } from '../../store/store.ts';

const MINUTE_MS = 60_000;
/** Grants in one statement; PostgreSQL and SQLite both take more. */
const MAX_IN_STATEMENT = 500;
/** Where the records cannot be written for long, what is noted must not fill the memory. */
const MAX_NOTED = 100_000;

export interface GrantUsageOptions {
  readonly store: Store;
  /** Told when the records could not be written; the next turn tries again. */
  readonly onError: (error: unknown) => void;
}

/** When grants were last used: noted in memory while deciding, written once a minute. */
export class GrantUsage {
  readonly #options: GrantUsageOptions;
  readonly #usedAtMs = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: GrantUsageOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush().catch(options.onError), MINUTE_MS);
    this.#timer.unref();
  }

  note(grantIds: readonly string[], atMs: number): void {
    for (const id of grantIds) {
      if (this.#usedAtMs.size < MAX_NOTED || this.#usedAtMs.has(id)) this.#usedAtMs.set(id, atMs);
    }
  }

  /** Writes what was noted. To the minute, so that one statement writes many. */
  async flush(): Promise<void> {
    const noted = [...this.#usedAtMs];
    this.#usedAtMs.clear();
    try {
      await this.#write(noted);
    } catch (error) {
      for (const [id, atMs] of noted) this.note([id], Math.max(atMs, this.#usedAtMs.get(id) ?? 0));
      throw error;
    }
  }

  /** Writes what is left and ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(noted: readonly (readonly [string, number])[]): Promise<void> {
    if (noted.length === 0) return;
    const byMinute = Map.groupBy(noted, ([, atMs]) => atMs - (atMs % MINUTE_MS));
    await this.#options.store.change(async ({ sql }) => {
      for (const [usedAtMs, grants] of byMinute) {
        for (let from = 0; from < grants.length; from += MAX_IN_STATEMENT) {
          const ids = grants.slice(from, from + MAX_IN_STATEMENT).map(([id]) => id);
          await sql
            .updateTable('grants')
            .set({ last_used_at: usedAtMs })
            .where('id', 'in', ids)
            .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', usedAtMs)]))
            .execute();
        }
      }
    });
  }
}
