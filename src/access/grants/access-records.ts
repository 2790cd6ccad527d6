import type { Scope } from '../../contract/types/common.ts';
import { type Bus, maxStaleMs } from '../../store/bus/bus.ts';
import type { Store } from '../../store/store.ts';
import { type ActivePolicies, loadPolicies } from '../policies/active-policies.ts';
import { AccessError } from '../policies/errors.ts';
import type { Resource } from '../policies/request.ts';
import { EpochCache } from './epoch-cache.ts';
import { type HeldGrants, readHeldGrants } from './held-grants.ts';
import { readResource, serverResource } from './resources.ts';

const limits = {
  /** About 100 MB where every one has conditions. */
  maxCachedGrants: 200_000,
  maxCachedResources: 100_000,
  /** More changes than this at once: forgetting everything is simpler than finding out what. */
  maxChanges: 1_000,
} as const;

/** Asked in the background from this age on, so that a decision seldom waits. */
const REFRESH_MS = maxStaleMs / 2;

export interface AccessRecordsOptions {
  readonly store: Store;
  readonly bus: Bus;
  /** ms on a clock that is never set; for tests. */
  readonly monotonic?: () => number;
}

/** What decisions need of the records, in memory, never older than `maxStaleMs`: revocation is effective within a second on every process. */
export class AccessRecords {
  readonly #store: Store;
  readonly #monotonic: () => number;
  readonly #grants: EpochCache<HeldGrants>;
  readonly #resources: EpochCache<Resource>;
  readonly #unsubscribe: readonly (() => void)[];
  #epoch = 0;
  #policies: ActivePolicies | undefined;
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #hints = 0;
  #refreshing: Promise<void> | undefined;

  constructor({ store, bus, monotonic = () => performance.now() }: AccessRecordsOptions) {
    this.#store = store;
    this.#monotonic = monotonic;
    this.#grants = new EpochCache({
      maxWeight: limits.maxCachedGrants,
      weightOf: ({ count }) => count + 1,
      load: (principalId) => readHeldGrants(store.read, principalId),
    });
    this.#resources = new EpochCache({
      maxWeight: limits.maxCachedResources,
      weightOf: () => 1,
      load: (key) => readResource(store.read, scopeOfKey(key)),
    });
    this.#unsubscribe = (['access', 'policies'] as const).map((topic) => bus.subscribe(topic, () => this.#hint()));
  }

  /** The policies in force. Only after `fresh`. */
  get policies(): ActivePolicies {
    if (this.#policies === undefined) throw AccessError.of('policies-unavailable', 'none was loaded');
    return this.#policies;
  }

  /** Resolves once nothing in memory is older than `maxStaleMs`; undefined where that is so already. */
  fresh(): Promise<void> | undefined {
    const ageMs = this.#monotonic() - this.#checkedAtMs;
    if (ageMs <= REFRESH_MS) return undefined;
    if (ageMs > maxStaleMs) return this.#catchUp();
    // Whoever comes when it is too old waits, and is told what failed.
    this.#refresh().catch(() => undefined);
    return undefined;
  }

  grantsOf(principalId: string): HeldGrants | Promise<HeldGrants> {
    return this.#grants.get(principalId) ?? this.#grants.fetch(principalId);
  }

  resourceOf(scope: Scope): Resource | Promise<Resource> {
    if (scope.kind === 'server') return serverResource;
    const key = `${scope.kind}:${scope.id}`;
    return this.#resources.get(key) ?? this.#resources.fetch(key);
  }

  close(): void {
    for (const end of this.#unsubscribe) end();
  }

  #hint(): void {
    this.#hints += 1;
    this.#checkedAtMs = Number.NEGATIVE_INFINITY;
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** A look that was under way may not have seen what a hint was about: then the next one does. */
  async #catchUp(): Promise<void> {
    await this.#refresh();
    if (this.#checkedAtMs === Number.NEGATIVE_INFINITY) await this.#refresh();
  }

  async #look(): Promise<void> {
    const startedAtMs = this.#monotonic();
    const hints = this.#hints;
    await this.#readState();
    if (hints === this.#hints) this.#checkedAtMs = startedAtMs;
  }

  async #readState(): Promise<void> {
    const state = await this.#store.read
      .selectFrom('access_state')
      .select(['epoch', 'active_version'])
      .where('id', '=', 1)
      .executeTakeFirst();
    if (state === undefined) throw AccessError.of('policies-unavailable', 'the state of access is not there');
    if (state.epoch !== this.#epoch) {
      await this.#forgetChanged();
      this.#epoch = state.epoch;
    }
    if (state.active_version !== this.#policies?.version) {
      const loaded = await loadPolicies(this.#store.read, state.active_version);
      this.#policies?.prepared.dispose();
      this.#policies = loaded;
    }
  }

  async #forgetChanged(): Promise<void> {
    const { read } = this.#store;
    const atMost = limits.maxChanges + 1;
    const principals = await read
      .selectFrom('grants')
      .select('principal_id')
      .distinct()
      .where('changed_epoch', '>', this.#epoch)
      .limit(atMost)
      .execute();
    const resources = await read
      .selectFrom('resources')
      .select(['kind', 'id'])
      .where('changed_epoch', '>', this.#epoch)
      .limit(atMost)
      .execute();
    if (principals.length === atMost) this.#grants.clear();
    else this.#grants.forget(principals.map((row) => row.principal_id));
    if (resources.length === atMost) this.#resources.clear();
    else this.#resources.forget(resources.map(({ kind, id }) => `${kind}:${id}`));
  }
}

function scopeOfKey(key: string): Scope {
  const at = key.indexOf(':');
  const [kind, id] = [key.slice(0, at), key.slice(at + 1)];
  return kind === 'project' ? { kind, id } : { kind: 'model', id };
}
