import type { Credential } from './credential.ts';
import type { ParsedSecret } from './secret.ts';

export interface CredentialCacheParts {
  readonly load: (parsed: ParsedSecret) => Promise<Credential | undefined>;
  /** Older entries are not trusted, in ms. */
  readonly maxAgeMs: number;
  readonly maxEntries: number;
  /** Milliseconds of a clock that nobody can set back. */
  readonly elapsedMs: () => number;
}

interface Entry {
  readonly credential: Credential;
  /** When reading it began: what was committed before is in it. */
  readonly readAt: number;
}

/**
 * Credentials as they were at most `maxAgeMs` ago. A busy one is read again in the background when half of that has passed, so that its
 * users never wait; what is unknown is never remembered, so that a flood of guesses cannot push out what is used.
 */
export class CredentialCache {
  readonly #parts: CredentialCacheParts;
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new Map<string, Promise<Credential | undefined>>();
  /** Reads that began before something was forgotten may be older than what made it be forgotten. */
  #generation = 0;

  constructor(parts: CredentialCacheParts) {
    this.#parts = parts;
  }

  /** Without a look-up; undefined where it is unknown or too old. */
  fresh(parsed: ParsedSecret): Credential | undefined {
    const entry = this.#entries.get(parsed.prefix);
    if (entry === undefined) return undefined;
    const ageMs = this.#parts.elapsedMs() - entry.readAt;
    if (ageMs > this.#parts.maxAgeMs) return undefined;
    // A failure to read ahead is no failure yet: whoever comes when it is too old reads again, and is told.
    if (ageMs > this.#parts.maxAgeMs / 2) this.load(parsed).catch(() => undefined);
    return entry.credential;
  }

  /** Whether it was known a moment ago, however old. */
  knew(parsed: ParsedSecret): boolean {
    return this.#entries.has(parsed.prefix);
  }

  /** Reads it, once for all who wait for the same. */
  async load(parsed: ParsedSecret): Promise<Credential | undefined> {
    const running = this.#loads.get(parsed.prefix);
    if (running !== undefined) return running;
    const load = this.#read(parsed).finally(() => {
      if (this.#loads.get(parsed.prefix) === load) this.#loads.delete(parsed.prefix);
    });
    this.#loads.set(parsed.prefix, load);
    return load;
  }

  forget(isMeant: (credential: Credential) => boolean): void {
    this.#generation++;
    this.#loads.clear();
    for (const [prefix, { credential }] of this.#entries) {
      if (isMeant(credential)) this.#entries.delete(prefix);
    }
  }

  async #read(parsed: ParsedSecret): Promise<Credential | undefined> {
    const readAt = this.#parts.elapsedMs();
    const generation = this.#generation;
    const credential = await this.#parts.load(parsed);
    if (generation !== this.#generation) return credential;
    this.#entries.delete(parsed.prefix);
    if (credential !== undefined) this.#keep(parsed.prefix, { credential, readAt });
    return credential;
  }

  /** The one read longest ago goes first: one in use is read again all the time. */
  #keep(prefix: string, entry: Entry): void {
    if (this.#entries.size >= this.#parts.maxEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(prefix, entry);
  }
}
