import { setTimeout as sleep } from 'node:timers/promises';
import type { VersionState } from '../../contract/types/registry.ts';
import { type Bus, maxStaleMs } from '../../store/bus/bus.ts';
import type { Store } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';

/** The records are asked so often about everything that is being downloaded: with what a query takes, a recall acts within a second. */
const CHECK_MS = 400;
/** A download rests while the records cannot be asked, and ends after this. */
const MAX_REST_MS = 30_000;
const REST_STEP_MS = 50;
/** Versions in one question. */
const MAX_IN_STATEMENT = 500;

interface Running {
  readonly versionId: string;
  /** Aborted when the version is not released any more. */
  readonly ending: AbortController;
  /** Ends it too: that of the caller. */
  readonly signal: AbortSignal;
  /** Of `performance.now()`: when the version was last known to be released. */
  knownAtMs: number;
}

interface Means {
  readonly store: Pick<Store, 'read'>;
  readonly bus: Bus;
}

/** Downloads of this process that are under way. They end when their version is recalled, whichever process that happens in. */
export class RunningDownloads {
  readonly #means: Means;
  readonly #running = new Set<Running>();
  readonly #endListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;

  constructor(means: Means) {
    this.#means = means;
    this.#endListening = means.bus.subscribe('models', () => this.#look());
  }

  /**
   * Passes pieces on while the version is known to be released and nobody ends it. Once all of its bytes are out there is nothing to
   * end: who has them may ask for the next thing on the same connection.
   */
  async *guard(
    pieces: AsyncIterable<Uint8Array>,
    { bytes, ...download }: Readonly<Running> & { readonly bytes: number },
  ): AsyncGenerator<Uint8Array> {
    const running: Running = { ...download };
    let left = bytes;
    this.#running.add(running);
    this.#timer ??= setInterval(() => this.#look(), CHECK_MS).unref();
    try {
      for await (const piece of pieces) {
        if (performance.now() - running.knownAtMs > maxStaleMs) await this.#untilKnown(running);
        running.ending.signal.throwIfAborted();
        running.signal.throwIfAborted();
        yield piece;
        left -= piece.length;
        if (left <= 0) this.#leave(running);
      }
    } finally {
      this.#leave(running);
    }
  }

  #leave(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size === 0) this.#rest();
  }

  close(): void {
    this.#endListening();
    this.#rest();
  }

  /** An answer to what was asked since then is enough, however long it took: slow records slow downloads, and do not end them. */
  async #untilKnown(running: Running): Promise<void> {
    const sinceMs = performance.now();
    while (running.knownAtMs < sinceMs) {
      running.ending.signal.throwIfAborted();
      running.signal.throwIfAborted();
      if (performance.now() - sinceMs > MAX_REST_MS) {
        throw RegistryError.of('not-downloadable', 'nobody can say whether it was recalled');
      }
      await Promise.race([this.#look(), sleep(REST_STEP_MS)]);
      // Also where it is clear at once that there is no answer: others have their turn.
      if (running.knownAtMs < sinceMs) await sleep(REST_STEP_MS);
    }
  }

  /** One question at a time; one that fails is asked again. */
  #look(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    this.#checking ??= this.#check()
      .catch(() => undefined)
      .finally(() => {
        this.#checking = undefined;
      });
    return this.#checking;
  }

  async #check(): Promise<void> {
    const asked = [...this.#running];
    const askedAtMs = performance.now();
    const states = await this.#statesOf([...new Set(asked.map(({ versionId }) => versionId))]);
    for (const running of asked) {
      const state = states.get(running.versionId);
      if (state === 'released') running.knownAtMs = askedAtMs;
      else if (this.#running.has(running)) running.ending.abort(notReleased(state));
    }
  }

  async #statesOf(ids: readonly string[]): Promise<ReadonlyMap<string, VersionState>> {
    const states = new Map<string, VersionState>();
    for (let from = 0; from < ids.length; from += MAX_IN_STATEMENT) {
      const rows = await this.#means.store.read
        .selectFrom('registry_versions')
        .select(['id', 'state'])
        .where('id', 'in', ids.slice(from, from + MAX_IN_STATEMENT))
        .execute();
      for (const { id, state } of rows) states.set(id, state);
    }
    return states;
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Why a version is not given out. */
export function notReleased(state: VersionState | undefined): RegistryError {
  return state === 'recalled' ? RegistryError.of('recalled') : RegistryError.of('not-downloadable', `it is ${state}`);
}
