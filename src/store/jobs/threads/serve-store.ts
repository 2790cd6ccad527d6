import { CompiledQuery } from 'kysely';
import type { Change, Store } from '../../store.ts';
import type { ChangeAt, FromThread, Question, ToThread } from './messages.ts';
import { errorOf, plainOf } from './plain-error.ts';

interface OpenChange {
  readonly run: number;
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Does for a thread what it asks of the records: they have one writer in each process, and this is its thread. */
export class StoreServer {
  readonly #store: Store;
  readonly #send: (message: ToThread) => void;
  readonly #open = new Map<number, OpenChange>();

  constructor(store: Store, send: (message: ToThread) => void) {
    this.#store = store;
    this.#send = send;
  }

  async answer(question: Exclude<Question, { readonly what: 'progress' }>): Promise<unknown> {
    switch (question.what) {
      case 'read':
        return this.#store.read.executeQuery(compiled(question.statement));
      case 'query':
        return this.#at(question.at).sql.executeQuery(compiled(question.statement));
      case 'enqueue':
        return this.#at(question.at).enqueue(question.request);
      default:
        return this.#change(question.change);
    }
  }

  tell(message: Extract<FromThread, { readonly type: 'record' | 'end' }>): void {
    const open = this.#open.get(message.at.change);
    // The change was too slow, and is undone: the thread is told so, and nothing may end this process.
    if (open?.run !== message.at.run) return;
    if (message.type === 'record') {
      try {
        open.change.record(message.draft);
      } catch (error) {
        open.reject(error instanceof Error ? error : new Error(String(error)));
      }
      return;
    }
    if (message.error === null) open.resolve();
    else open.reject(errorOf(message.error));
  }

  /** The thread is gone: what it had begun is undone. */
  close(reason: Error): void {
    for (const open of this.#open.values()) open.reject(reason);
  }

  async #change(number: number): Promise<unknown> {
    let runs = 0;
    try {
      const { entries } = await this.#store.change((change) => {
        runs += 1;
        return this.#runInThread({ change: number, run: runs }, change);
      });
      return entries;
    } finally {
      this.#open.delete(number);
    }
  }

  #runInThread(at: ChangeAt, change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#open.set(at.change, { run: at.run, change, resolve, reject });
      this.#send({ type: 'begin', at });
    });
  }

  #at({ change, run }: ChangeAt): Change {
    const open = this.#open.get(change);
    if (open?.run !== run) throw new Error('the change is over');
    return open.change;
  }
}

function compiled({
  sql,
  parameters,
}: {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}): CompiledQuery {
  return CompiledQuery.raw(sql, [...parameters]);
}

/** Answers a question of a thread, or says why not. */
export async function answerTo(ask: number, work: () => Promise<unknown>): Promise<ToThread> {
  try {
    return { type: 'answer', ask, value: await work() };
  } catch (error) {
    return { type: 'failure', ask, error: plainOf(error) };
  }
}
