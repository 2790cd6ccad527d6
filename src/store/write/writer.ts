import { CompiledQuery } from 'kysely';
import type { Column, Session } from '../column.ts';
import { StoreError } from '../errors.ts';
import type { LedgerAppender } from '../ledger/append.ts';
import { storeLimits } from '../limits.ts';
import type { Change, Committed } from '../store.ts';
import { ChangeRun } from './change-run.ts';
import type { Enqueue } from './change-scope.ts';
import { commitBatch } from './commit-batch.ts';

export interface WriterOptions {
  readonly column: Column;
  readonly appender: LedgerAppender;
  readonly enqueue: Enqueue;
  readonly clock: () => number;
  /** Told of what must not happen and stops nothing: a listener that throws. */
  readonly warn: (error: unknown) => void;
}

const FIRST_RETRY_MS = 10;

/**
 * Runs changes one after the other, many in one commit. Whoever waits when a batch begins is in it; the next batch
 * begins when this one is durable.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #queue: ChangeRun<unknown>[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** @throws StoreError `store-busy`, `store-closed`, and whatever makes the change fail. */
  change<T>(work: (change: Change) => Promise<T>): Promise<Committed<T>> {
    if (this.#isClosed) return Promise.reject(StoreError.of('store-closed', 'no change is taken any more'));
    if (this.#queue.length >= storeLimits.maxQueuedChanges) {
      return Promise.reject(StoreError.of('store-busy', `${this.#queue.length} changes`));
    }
    const queued = new ChangeRun(work);
    this.#queue.push(queued as ChangeRun<unknown>);
    this.#running ??= this.#drain();
    return queued.settled;
  }

  /** Resolves when no change waits or runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Takes no further change, and resolves when all that were taken are settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Everybody who asks in this turn of the event loop is in the batch.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#runBatch();
    }
    this.#running = undefined;
  }

  async #runBatch(): Promise<void> {
    const { warn } = this.#options;
    const taken: ChangeRun<unknown>[] = [];
    try {
      await this.#runUntilDurable(taken);
    } catch (error) {
      // A batch that could not even begin is everybody's who waits: they would wait for ever.
      if (taken.length === 0) taken.push(...this.#queue.splice(0, storeLimits.maxBatchChanges));
      const failure = error instanceof StoreError && error.code !== 'statement-failed' ? error : notDurable(error);
      for (const one of taken) one.fail(failure);
      return;
    }
    for (const one of taken) one.settle(warn);
  }

  async #runUntilDurable(taken: ChangeRun<unknown>[]): Promise<void> {
    const { column } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#attempt(taken);
        return;
      } catch (error) {
        if (!column.isRetryable(error)) throw error;
        if (attempt === storeLimits.maxBatchAttempts) {
          throw StoreError.of('store-conflict', `tried ${attempt} times`, error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, FIRST_RETRY_MS * 2 ** attempt * Math.random()));
    }
  }

  async #attempt(taken: ChangeRun<unknown>[]): Promise<void> {
    const { column, appender } = this.#options;
    const session = await column.session();
    try {
      await session.connection.executeQuery(CompiledQuery.raw(column.begin));
      await this.#runChanges(session, taken);
      await commitBatch({ column, session, appender, changes: taken });
    } catch (error) {
      await session.rollback();
      throw error;
    } finally {
      await session.release();
    }
  }

  /** Those of the last attempt again, then whoever waits. */
  async #runChanges(session: Session, taken: ChangeRun<unknown>[]): Promise<void> {
    const { column, enqueue, clock, appender } = this.#options;
    const means = { column, session, enqueue, clock };
    const started = performance.now();
    for (const one of taken) await one.run(means, appender);
    while (taken.length < storeLimits.maxBatchChanges && performance.now() - started < storeLimits.maxBatchMs) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      taken.push(next);
      await next.run(means, appender);
    }
  }
}

function notDurable(error: unknown): StoreError {
  const detail = error instanceof Error ? error.message : String(error);
  return StoreError.of('store-failed', detail, error);
}
