import { LedgerError } from '../../ledger/errors.ts';
import { reasonOf } from '../reason.ts';

/** How requests leave; the server gives one that refuses private addresses. */
export type Fetch = typeof fetch;

/** Without a byte: an export may take hours, but not in silence. */
const IDLE_MILLISECONDS = 30_000;

/** @throws LedgerError `unreachable` when it is no address of HTTP, or holds a password. */
export function baseAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === null || !isHttp || url.username !== '' || url.password !== '') {
    throw LedgerError.of('unreachable', 'expected an address that begins with https:// or http://, without a password');
  }
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly send?: Fetch | undefined;
  readonly idleMilliseconds?: number | undefined;
}

/** An answer of any status, whose body is read piece by piece. */
export class Answer {
  readonly url: URL;
  readonly status: number;
  readonly #body: ReadableStream<Uint8Array> | null;
  readonly #watch: IdleWatch;

  private constructor(url: URL, response: Response, watch: IdleWatch) {
    this.url = url;
    this.status = response.status;
    this.#body = response.body;
    this.#watch = watch;
  }

  /** @throws LedgerError `unreachable`. Never follows a redirect: the log named is the log that answers. */
  static async of(url: URL, options: RequestOptions = {}): Promise<Answer> {
    const { send = fetch, idleMilliseconds = IDLE_MILLISECONDS, method = 'GET', body } = options;
    const watch = new IdleWatch(idleMilliseconds);
    try {
      const init = {
        method,
        redirect: 'error',
        signal: watch.signal,
        ...(body === undefined ? {} : { body }),
      } as const;
      return new Answer(url, await send(url, init), watch);
    } catch (error) {
      throw unreachable(url, error);
    } finally {
      watch.stop();
    }
  }

  /** @throws LedgerError `unreachable`. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    try {
      this.#watch.restart();
      for await (const chunk of this.#body ?? []) {
        this.#watch.stop();
        yield chunk;
        this.#watch.restart();
      }
    } catch (error) {
      throw unreachable(this.url, error);
    } finally {
      this.#watch.stop();
    }
  }

  /** The whole body, whatever length it says it has. @throws LedgerError `size-limit`, `unreachable`. */
  async bytes(maxBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.pieces()) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw LedgerError.of('size-limit', `${this.url.href} has more than ${maxBytes} bytes`);
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }

  async discard(): Promise<void> {
    await this.#body?.cancel();
  }
}

/** Ends a request that says nothing for too long. */
class IdleWatch {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.stop();
    const reason = new Error(`nothing was sent for ${this.#milliseconds / 1000} seconds`);
    this.#timer = setTimeout(() => this.#controller.abort(reason), this.#milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function unreachable(url: URL, error: unknown): LedgerError {
  if (error instanceof LedgerError) return error;
  const cause: unknown = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  return LedgerError.of('unreachable', `${url.href}: ${reasonOf(cause)}`, error);
}
