import { Worker } from 'node:worker_threads';
import type { Store } from '../../store.ts';
import type { JobContext, JobResult } from '../job.ts';
import type { FromThread, Question, ThreadSetup, ToThread } from './messages.ts';
import { errorOf } from './plain-error.ts';
import { StoreServer, answerTo } from './serve-store.ts';

export interface JobThreadOptions {
  readonly url: URL;
  readonly store: Store;
  readonly settings: unknown;
  readonly maxHeapMegabytes: number;
}

interface Run {
  readonly context: JobContext;
  readonly ended: PromiseWithResolvers<JobResult | undefined>;
}

/** A worker thread that runs one job at a time. */
export class JobThread {
  readonly #worker: Worker;
  readonly #records: StoreServer;
  #run: Run | undefined;
  #end: Error | undefined;

  constructor({ url, store, settings, maxHeapMegabytes }: JobThreadOptions) {
    this.#worker = new Worker(url, {
      workerData: { settings, dialect: store.dialect } satisfies ThreadSetup,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes },
      execArgv: [],
    });
    this.#records = new StoreServer(store, (message) => this.#send(message));
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => this.#ended(error));
    this.#worker.on('exit', () => this.#ended(new Error('the thread ended')));
    // A thread that waits for work keeps no process alive.
    this.#worker.unref();
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** One at a time. Throws what the job throws, or why the thread ended. */
  run(kind: string, context: JobContext): Promise<JobResult | undefined> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const ended = Promise.withResolvers<JobResult | undefined>();
    this.#run = { context, ended };
    const { id, attempt, data } = context;
    this.#send({ type: 'run', kind, id, attempt, data });
    return ended.promise;
  }

  /** Asks the job to stop. */
  stop(reason: string): void {
    this.#send({ type: 'stop', reason });
  }

  /** Ends the thread, whatever it does; its job ends with that error. */
  async terminate(reason: Error): Promise<void> {
    this.#ended(reason);
    await this.#worker.terminate();
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'ask':
        void answerTo(message.ask, () => this.#answer(message.question)).then((answer) => this.#send(answer));
        break;
      case 'record':
      case 'end':
        this.#records.tell(message);
        break;
      case 'done':
        this.#settle((ended) => ended.resolve(message.result));
        break;
      case 'failed':
        this.#settle((ended) => ended.reject(errorOf(message.error)));
        break;
      default:
    }
  }

  async #answer(question: Question): Promise<unknown> {
    if (question.what === 'progress') return this.#run?.context.progress(question.fraction);
    return this.#records.answer(question);
  }

  #settle(how: (ended: Run['ended']) => void): void {
    const run = this.#run;
    this.#run = undefined;
    if (run !== undefined) how(run.ended);
  }

  #ended(reason: Error): void {
    this.#end ??= reason;
    this.#records.close(this.#end);
    this.#settle((ended) => ended.reject(this.#end));
  }

  #send(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    this.#worker.postMessage(message);
  }
}
