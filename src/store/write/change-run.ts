import type { SealedEntry } from '../../ledger/entry.ts';
import { StoreError } from '../errors.ts';
import type { Sealer } from '../ledger/append.ts';
import { storeLimits } from '../limits.ts';
import type { Change, Committed } from '../store.ts';
import { type ChangeMeans, ChangeScope } from './change-scope.ts';

type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly sealed: readonly SealedEntry[]; readonly scope: ChangeScope }
  | { readonly ok: false; readonly error: unknown };

/** One change, from the queue to its answer. It may run more than once, when its batch must be tried again. */
export class ChangeRun<T> {
  readonly settled: Promise<Committed<T>>;
  readonly #work: (change: Change) => Promise<T>;
  readonly #resolvers: PromiseWithResolvers<Committed<T>>;
  #outcome: Outcome<T> | undefined;
  #firstIndex = 0;

  constructor(work: (change: Change) => Promise<T>) {
    this.#work = work;
    this.#resolvers = Promise.withResolvers();
    this.settled = this.#resolvers.promise;
  }

  /** What it recorded, once it has run; nothing when it failed. */
  get sealed(): readonly SealedEntry[] {
    return this.#outcome?.ok === true ? this.#outcome.sealed : [];
  }

  /** Told where in the tree its entries begin. */
  place(firstIndex: number): void {
    this.#firstIndex = firstIndex;
  }

  /** Runs the change. What it does wrong is kept for `settle`. @throws StoreError when the whole batch cannot go on. */
  async run(means: ChangeMeans, sealer: Sealer): Promise<void> {
    const scope = new ChangeScope(means);
    this.#outcome = await this.#attempt(scope, sealer);
    const { failure } = scope.connection;
    if (failure !== undefined && means.column.isRetryable(failure)) throw failure;
    if (!means.session.isInTransaction()) {
      throw StoreError.of('store-failed', 'the database has ended the transaction', failure);
    }
  }

  /** The batch is durable: tells those who wait for that, then answers. */
  settle(warn: (error: unknown) => void): void {
    const outcome = this.#outcome;
    if (outcome?.ok !== true) {
      this.fail(outcome?.error);
      return;
    }
    for (const listener of outcome.scope.afterwards) {
      try {
        listener();
      } catch (error) {
        warn(error);
      }
    }
    const entries = outcome.sealed.map(({ entry }, at) => ({ id: entry.id, index: this.#firstIndex + at }));
    this.#resolvers.resolve({ value: outcome.value, entries });
  }

  fail(error: unknown): void {
    this.#resolvers.reject(error);
  }

  async #attempt(scope: ChangeScope, sealer: Sealer): Promise<Outcome<T>> {
    const { connection } = scope;
    try {
      const value = await withDeadline(this.#work(scope));
      await connection.end();
      if (connection.failure !== undefined) throw connection.failure;
      const sealed = scope.drafts.map((draft) => sealer.seal(draft));
      await connection.keep();
      return { ok: true, value, sealed, scope };
    } catch (error) {
      await connection.end();
      await connection.undo();
      return { ok: false, error };
    }
  }
}

/** Others wait for this change. @throws StoreError `change-too-slow`. */
async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(StoreError.of('change-too-slow', `longer than ${storeLimits.maxChangeMs} ms`));
    }, storeLimits.maxChangeMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
