import type { EntryDraft } from '../../ledger/entry.ts';
import type { Store } from '../../store/store.ts';
import type { Credential } from './credential.ts';

export type RefusalReason = 'revoked' | 'expired' | 'disabled' | 'network' | 'wrong-secret';

export interface RefusedUse {
  readonly credential: Credential;
  readonly reason: RefusalReason;
  readonly address: string;
}

export interface RefusedUsesParts {
  readonly store: Store;
  readonly clock: () => number;
  readonly windowMs: number;
  readonly maxWindows: number;
}

interface Window {
  readonly use: RefusedUse;
  readonly startedAt: number;
  /** Uses after the first. */
  more: number;
}

/** Where one window more than allowed is counted: as nobody's in particular. */
const OVERFLOW = 'overflow';

/**
 * Records that a key or token was used that must not be: the first use of a window at once, the others as one entry with their number when
 * it is over. So whoever repeats a revoked key a million times fills neither the ledger nor this process.
 */
export class RefusedUses {
  readonly #parts: RefusedUsesParts;
  readonly #windows = new Map<string, Window>();

  constructor(parts: RefusedUsesParts) {
    this.#parts = parts;
  }

  /** Resolves when the first use of a window is recorded. */
  async note(use: RefusedUse): Promise<void> {
    const name = this.#windowOf(use);
    const startedAt = this.#parts.clock();
    const window = this.#windows.get(name);
    if (window !== undefined && startedAt - window.startedAt < this.#parts.windowMs) {
      window.more++;
      return;
    }
    this.#windows.set(name, { use, startedAt, more: 0 });
    await this.#record(window, use);
  }

  /** Records what was counted in windows that are over; in all of them, where the server stops. */
  async flush({ all = false }: { readonly all?: boolean } = {}): Promise<void> {
    const now = this.#parts.clock();
    for (const [name, window] of this.#windows) {
      if (!all && now - window.startedAt < this.#parts.windowMs) continue;
      this.#windows.delete(name);
      await this.#record(window);
    }
  }

  #windowOf({ credential, reason }: RefusedUse): string {
    const name = `${credential.id} ${reason}`;
    const isFull = this.#windows.size >= this.#parts.maxWindows;
    return isFull && !this.#windows.has(name) ? OVERFLOW : name;
  }

  async #record(over: Window | undefined, first?: RefusedUse): Promise<void> {
    const isCounted = over !== undefined && over.more > 0;
    if (!isCounted && first === undefined) return;
    await this.#parts.store.change(async (change) => {
      if (isCounted) change.record(entryOf(over.use, { more: over.more, sinceMs: over.startedAt }));
      if (first !== undefined) change.record(entryOf(first));
    });
  }
}

interface Counted {
  readonly more: number;
  readonly sinceMs: number;
}

function entryOf({ credential, reason, address }: RefusedUse, counted?: Counted): EntryDraft {
  return {
    class: 'authentication',
    activity: `${credential.kind}.refused`,
    // A wrong secret proves nothing about who showed it.
    actor:
      reason === 'wrong-secret'
        ? { kind: 'anonymous', id: 'anonymous' }
        : { kind: 'service', id: credential.serviceId },
    object: { kind: credential.kind, id: credential.id },
    decision: 'deny',
    outcome: 'failure',
    severity: reason === 'expired' ? 'low' : 'medium',
    reasons: [reason],
    data: {
      keyId: credential.keyId,
      ...(counted === undefined ? {} : { more: counted.more, sinceMs: counted.sinceMs }),
    },
    personal: { address },
  };
}
