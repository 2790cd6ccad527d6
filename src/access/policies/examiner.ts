import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../node/worker-url.ts';
import type { PolicyCheck } from './check-policies.ts';
import { AccessError } from './errors.ts';
import type { Examination, Examined } from './examination.ts';
import type { NamedInPolicies } from './named-in-policies.ts';
import type { PolicyOutcome, PolicyRequest } from './request.ts';

const limits = {
  /** Checking the longest policies takes a second. */
  maxMs: 20_000,
  maxWaiting: 64,
  maxHeapMegabytes: 256,
  /** Less than the main thread has: what is parsed here can be parsed there. */
  stackMegabytes: 0.75,
} as const;

/**
 * Examines policies that somebody wrote but nobody approved, in a thread of its own: what overflows Cedar's stack or takes for ever there
 * leaves the policies in force alone, and the server answers others meanwhile.
 */
export class PolicyExaminer {
  readonly #maxMs: number;
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor({ maxMs = limits.maxMs }: { readonly maxMs?: number } = {}) {
    this.#maxMs = maxMs;
  }

  /** @throws AccessError `policy-examination-failed`. */
  async check(text: string): Promise<PolicyCheck> {
    const examined = await this.#ask({ kind: 'check', text });
    if ('check' in examined) return examined.check;
    throw AccessError.of('policy-examination-failed', 'error' in examined ? examined.error : 'no answer');
  }

  /**
   * What these policies would answer.
   * @throws AccessError `policy-invalid` where they cannot be parsed, `policy-examination-failed`.
   */
  async evaluate(text: string, requests: readonly PolicyRequest[]): Promise<readonly PolicyOutcome[]> {
    const examined = await this.#ask({ kind: 'evaluate', text, requests });
    if ('outcomes' in examined) return examined.outcomes;
    throw AccessError.of('policy-invalid', 'error' in examined ? examined.error : 'no answer');
  }

  /** What these policies name besides roles. @throws as `evaluate`. */
  async named(text: string): Promise<NamedInPolicies> {
    const examined = await this.#ask({ kind: 'names', text });
    if ('named' in examined) return examined.named;
    throw AccessError.of('policy-invalid', 'error' in examined ? examined.error : 'no answer');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  /** One after the other: a thread that is stopped takes no other question with it. */
  #ask(examination: Examination): Promise<Examined> {
    if (this.#closed) return Promise.reject(AccessError.of('policy-examination-failed', 'the server stops'));
    if (this.#waiting >= limits.maxWaiting) {
      return Promise.reject(AccessError.of('policy-examination-failed', `${limits.maxWaiting} others wait already`));
    }
    this.#waiting += 1;
    const answer = this.#turn
      .then(() => this.#examine(examination))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  #examine(examination: Examination): Promise<Examined> {
    const worker = this.#start();
    return new Promise((resolve, reject) => {
      const fail = (why: string, cause?: unknown): void => {
        settle();
        this.#discard(worker);
        reject(AccessError.of('policy-examination-failed', why, cause));
      };
      const onMessage = (examined: Examined): void => {
        settle();
        // Cedar never answers again once it broke, so the next question gets a new thread.
        if ('error' in examined) this.#discard(worker);
        resolve(examined);
      };
      const onError = (error: unknown): void => fail('they are too much for Cedar', error);
      const onExit = (): void => fail('the examining thread ended');
      const timer = setTimeout(() => fail(`it took more than ${this.#maxMs} ms`), this.#maxMs);
      const settle = (): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit).ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      worker.postMessage(examination);
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(workerUrl('examiner-worker', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limits.maxHeapMegabytes, stackSizeMb: limits.stackMegabytes },
      execArgv: [],
    });
    worker.on('error', () => this.#discard(worker)).on('exit', () => this.#discard(worker));
    this.#worker = worker;
    return worker;
  }

  #discard(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }
}
