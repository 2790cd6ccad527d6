import type { Bus } from '../../store/bus/bus.ts';
import { maxStaleMs } from '../../store/bus/bus.ts';
import type { Counters } from '../../store/counters/counters.ts';
import type { Store } from '../../store/store.ts';
import { addressGroup } from '../address-group.ts';
import { CredentialCache } from './credential-cache.ts';
import { type BearerIdentity, type Credential, findCredential } from './credential.ts';
import { ServiceError } from './errors.ts';
import { LastUses } from './last-uses.ts';
import { serviceLimits } from './limits.ts';
import { type RefusalReason, RefusedUses } from './refused-uses.ts';
import { isAbout } from './revocation.ts';
import { opens, type ParsedSecret, parseSecret } from './secret.ts';

export interface BearersParts {
  readonly store: Store;
  readonly counters: Counters;
  readonly bus: Bus;
  readonly clock: () => number;
  /** Told when something that waits to be written could not be; it is tried again. */
  readonly onFault: (error: unknown) => void;
  /** Milliseconds of a clock that nobody can set back. */
  readonly elapsedMs?: () => number;
}

interface From {
  readonly address: string;
}

const REFUSALS = {
  revoked: 'credential-revoked',
  expired: 'credential-expired',
  disabled: 'credential-disabled',
  network: 'credential-network',
} as const;

/** Tells who shows a key or a token. */
export class Bearers {
  readonly #parts: BearersParts;
  readonly #cache: CredentialCache;
  readonly #refused: RefusedUses;
  readonly #uses: LastUses;
  /** Address group → when it may try unknown secrets again, in ms since 1970. */
  readonly #refusedAddresses = new Map<string, number>();
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: BearersParts) {
    const { store, bus, clock, elapsedMs = () => performance.now() } = parts;
    this.#parts = parts;
    this.#cache = new CredentialCache({
      load: (parsed) => findCredential(store.read, parsed),
      maxAgeMs: maxStaleMs,
      maxEntries: serviceLimits.maxCachedCredentials,
      elapsedMs,
    });
    this.#refused = new RefusedUses({
      store,
      clock,
      windowMs: serviceLimits.refusalWindowMs,
      maxWindows: serviceLimits.maxRefusalWindows,
    });
    this.#uses = new LastUses({ store, clock, maxPending: serviceLimits.maxPendingUses });
    this.#unsubscribe = bus.subscribe('access', (message) => this.#cache.forget(isAbout(message)));
    this.#timer = setInterval(() => this.#flush().catch(parts.onFault), serviceLimits.lastUsedEveryMs).unref();
  }

  /**
   * Who shows a secret; undefined where it is none of ours. One that was used within the last moment is found without a look-up.
   * @throws ServiceError `credential-…` to whoever holds the right secret of an ended key or token, or calls from another network;
   * `too-many-unknown` where too many unknown ones came from the address.
   */
  async resolve(secret: string, from: From): Promise<BearerIdentity | undefined> {
    const credential = await this.find(secret, from);
    if (credential === undefined) return undefined;
    const reason = refusalOf(credential, from.address, this.#parts.clock());
    if (reason !== undefined) return this.#refuse(credential, reason, from.address);
    this.#uses.note(credential.keyId, from.address);
    return credential.identity;
  }

  /** What a secret opens, whether it has ended or not. @throws ServiceError `too-many-unknown`. */
  async find(secret: string, { address }: From): Promise<Credential | undefined> {
    const parsed = parseSecret(secret);
    if (parsed === null) return undefined;
    const credential = this.#cache.fresh(parsed) ?? (await this.#load(parsed, address));
    if (credential !== undefined && opens(secret, credential.digest)) return credential;
    await this.#countUnknown(credential, address);
    return undefined;
  }

  /** Writes what waits, then forgets everything. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#cache.forget(() => true);
    await this.#uses.flush();
    await this.#refused.flush({ all: true });
  }

  async #load(parsed: ParsedSecret, address: string): Promise<Credential | undefined> {
    // Whoever shares an address with an attacker keeps the keys that are in use.
    if (!this.#cache.knew(parsed)) this.#checkAddress(addressGroup(address));
    return this.#cache.load(parsed);
  }

  #checkAddress(group: string): void {
    const until = this.#refusedAddresses.get(group);
    if (until === undefined) return;
    const waitMs = until - this.#parts.clock();
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      throw ServiceError.of('too-many-unknown', `try again in ${retryAfterSeconds} s`, { retryAfterSeconds });
    }
    this.#refusedAddresses.delete(group);
  }

  async #countUnknown(credential: Credential | undefined, address: string): Promise<void> {
    const group = addressGroup(address);
    if (credential !== undefined) await this.#refused.note({ credential, reason: 'wrong-secret', address });
    const { allowed, retryAfterSeconds } = await this.#parts.counters.take(
      `unknown-secret:${group}`,
      serviceLimits.unknownSecrets,
    );
    if (allowed) return;
    if (this.#refusedAddresses.size >= serviceLimits.maxRefusedAddresses) this.#refusedAddresses.clear();
    this.#refusedAddresses.set(group, this.#parts.clock() + Math.max(1, retryAfterSeconds) * 1000);
    this.#checkAddress(group);
  }

  async #refuse(credential: Credential, reason: keyof typeof REFUSALS, address: string): Promise<never> {
    // A client learns that its token is over by trying it: no news. An expired key is.
    const isNews = credential.kind === 'key' || reason !== 'expired';
    if (isNews) await this.#refused.note({ credential, reason, address });
    throw ServiceError.of(REFUSALS[reason], `${credential.kind} ${credential.id}`);
  }

  async #flush(): Promise<void> {
    await this.#uses.flush();
    await this.#refused.flush();
  }
}

function refusalOf(
  { isRevoked, isServiceActive, endsAtMs, allows }: Credential,
  address: string,
  nowMs: number,
): Exclude<RefusalReason, 'wrong-secret'> | undefined {
  if (isRevoked) return 'revoked';
  if (!isServiceActive) return 'disabled';
  if (nowMs >= endsAtMs) return 'expired';
  return allows(address) ? undefined : 'network';
}
