import { setTimeout as wait } from 'node:timers/promises';
import { ProblemError } from '../../contract/client.ts';
import { reasonOf } from '../../node/reason.ts';
import { RemoteError } from './errors.ts';

/** In a row, without any progress in between: with these waits about three minutes, time for a server to start again. */
const MAX_FAILURES = 9;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
const MS = 1000;

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const FIRST_SERVER_FAULT = 500;

export interface Retrying {
  readonly signal: AbortSignal;
  /** Told of each failure that is not the last. */
  readonly onFailure?: (error: unknown) => void;
}

/** Waits between attempts, longer each time, and forgets failures when something succeeded in between. */
export class Patience {
  readonly #retrying: Retrying;
  #failures = 0;

  constructor(retrying: Retrying) {
    this.#retrying = retrying;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Resolves when it may be tried again. @throws what went wrong where that is of no use */
  async afterFailure(error: unknown): Promise<void> {
    const { signal, onFailure } = this.#retrying;
    if (signal.aborted) throw signal.reason;
    this.#failures += 1;
    if (!isPassing(error) || this.#failures >= MAX_FAILURES) throw explained(error);
    onFailure?.(error);
    await wait(waitAfter(this.#failures, error), undefined, { signal });
  }
}

/** Does it, and again when the server or the network failed. @throws RemoteError, CodedError */
export async function retrying<T>(how: Retrying, work: () => Promise<T>): Promise<T> {
  const patience = new Patience(how);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await patience.afterFailure(error);
    }
  }
}

function waitAfter(failures: number, error: unknown): number {
  const asked = error instanceof ProblemError ? (error.problem.retryAfterSeconds ?? 0) * MS : 0;
  const backoff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  // Many that failed at once do not come back at once.
  return Math.max(asked, backoff * (0.5 + Math.random() / 2));
}

/** Whether the same may succeed later. What `fetch` throws of the network is a `TypeError` with a cause. */
function isPassing(error: unknown): boolean {
  if (error instanceof TypeError) return error.cause !== undefined;
  if (!(error instanceof ProblemError)) return false;
  const { status } = error;
  return status === REQUEST_TIMEOUT || status === TOO_MANY_REQUESTS || status >= FIRST_SERVER_FAULT;
}

/** Anything that a request ended with, in words for whoever made it. */
export function explained(error: unknown): Error {
  if (error instanceof TypeError && error.cause !== undefined) {
    return RemoteError.of('unreachable', reasonOf(error.cause), error);
  }
  if (!(error instanceof ProblemError)) return error instanceof Error ? error : new Error(String(error));
  const { problem, status } = error;
  if (status >= FIRST_SERVER_FAULT) {
    // Of its own failure a server says little but what to do about it.
    const advice = problem.hint === undefined ? '' : `; ${problem.hint}`;
    return RemoteError.of('server-failed', `${status} ${problem.code}: ${problem.detail}${advice}`, error);
  }
  return RemoteError.refused(problem.code, problem.detail, problem.hint, error);
}
