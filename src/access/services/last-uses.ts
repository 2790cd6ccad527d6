import type { Store } from '../../store/store.ts';

export interface LastUsesParts {
  readonly store: Store;
  readonly clock: () => number;
  readonly maxPending: number;
}

interface Use {
  readonly atMs: number;
  readonly from: string;
}

/** When and from where keys were last used: kept here, written together now and then, because it need not be exact to the second. */
export class LastUses {
  readonly #parts: LastUsesParts;
  #pending = new Map<string, Use>();

  constructor(parts: LastUsesParts) {
    this.#parts = parts;
  }

  note(keyId: string, from: string): void {
    if (this.#pending.size >= this.#parts.maxPending && !this.#pending.has(keyId)) return;
    this.#pending.set(keyId, { atMs: this.#parts.clock(), from });
  }

  /** Writes what was noted. What could not be written waits for the next time. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return;
    const uses = this.#pending;
    this.#pending = new Map();
    try {
      await this.#write(uses);
    } catch (error) {
      this.#pending = new Map([...uses, ...this.#pending]);
      throw error;
    }
  }

  async #write(uses: ReadonlyMap<string, Use>): Promise<void> {
    // In one order everywhere, so that two servers never wait for each other.
    const inOrder = [...uses].sort(([a], [b]) => (a < b ? -1 : 1));
    await this.#parts.store.change(async ({ sql }) => {
      for (const [keyId, { atMs, from }] of inOrder) {
        await sql
          .updateTable('service_keys')
          .set({ last_used_at: atMs, last_used_from: from })
          .where('id', '=', keyId)
          .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', atMs)]))
          .execute();
      }
    });
  }
}
