import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { wipe } from '../../seal/crypto.ts';
import type { KeyProvider, WrapContext } from '../../seal/providers/key-provider.ts';
import type { Bus } from '../../store/bus/bus.ts';
import { RegistryError } from '../errors.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { KEY_BYTES } from './content-key.ts';

/** Keys that are kept open; the one that was not used for longest goes first. */
const MAX_KEPT = 1000;
/** The service that keeps the master key is asked again after this: what it no longer allows ends. */
const MAX_KEPT_MS = 5 * 60_000;

/** A version, as far as its key goes. */
export type KeyedVersion = Pick<VersionRow, 'id' | 'model_id' | 'key_provider' | 'key_name' | 'wrapped_key'>;
type WrappedVersionKey = Pick<VersionRow, 'key_provider' | 'key_name' | 'wrapped_key'>;

interface Kept {
  readonly modelId: string;
  readonly wrapped: string;
  readonly key: Promise<KeyObject>;
  readonly untilMs: number;
}

interface Means {
  readonly masterKey: KeyProvider;
  readonly bus: Bus;
  readonly clock: () => number;
}

/** The keys of versions: made here, wrapped by the master key, and kept open in memory for a while. */
export class VersionKeys {
  readonly #means: Means;
  readonly #kept = new Map<string, Kept>();
  readonly #endListening: () => void;

  constructor(means: Means) {
    this.#means = means;
    this.#endListening = means.bus.subscribe('models', (modelId) => this.#forgetModel(modelId));
  }

  /** @throws RegistryError `keys-unavailable` */
  async make(versionId: string): Promise<{ readonly key: KeyObject; readonly wrapped: WrappedVersionKey }> {
    const { masterKey } = this.#means;
    const bytes = randomBytes(KEY_BYTES);
    try {
      const { keyName, ciphertext } = await asked(() => masterKey.wrap(bytes, contextOf(versionId)));
      const wrapped = ciphertext.toString('base64');
      return {
        key: createSecretKey(bytes),
        wrapped: { key_provider: masterKey.id, key_name: keyName, wrapped_key: wrapped },
      };
    } finally {
      wipe(bytes);
    }
  }

  /** @throws RegistryError `keys-unavailable` */
  open(version: KeyedVersion & { readonly wrapped_key: string }): Promise<KeyObject> {
    const now = this.#means.clock();
    const kept = this.#kept.get(version.id);
    this.#kept.delete(version.id);
    if (kept !== undefined && kept.wrapped === version.wrapped_key && kept.untilMs > now) {
      this.#kept.set(version.id, kept);
      return kept.key;
    }
    const key = this.#unwrap(version);
    const entry = { modelId: version.model_id, wrapped: version.wrapped_key, key, untilMs: now + MAX_KEPT_MS };
    this.#kept.set(version.id, entry);
    key.catch(() => this.#forget(version.id, entry));
    this.#trim();
    return key;
  }

  close(): void {
    this.#endListening();
    this.#kept.clear();
  }

  async #unwrap({ id, key_provider, key_name, wrapped_key }: KeyedVersion): Promise<KeyObject> {
    const { masterKey } = this.#means;
    if (key_provider !== masterKey.id) throw unavailable(`it was wrapped by ${key_provider}`);
    const wrapped = { keyName: key_name ?? '', ciphertext: Buffer.from(wrapped_key ?? '', 'base64') };
    const bytes = await asked(() => masterKey.unwrap(wrapped, contextOf(id)));
    if (bytes?.length !== KEY_BYTES) throw unavailable('it does not know the key that wrapped it');
    const key = createSecretKey(bytes);
    wipe(bytes);
    return key;
  }

  /** Something about a model changed: what of it is needed still is opened once more. */
  #forgetModel(modelId: string): void {
    for (const [id, kept] of this.#kept) if (kept.modelId === modelId) this.#kept.delete(id);
  }

  #forget(versionId: string, entry: Kept): void {
    if (this.#kept.get(versionId) === entry) this.#kept.delete(versionId);
  }

  #trim(): void {
    const [longest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && longest !== undefined) this.#kept.delete(longest);
  }
}

/** So that what is wrapped here opens nothing else that the same master key protects. */
const contextOf = (versionId: string): WrapContext => ({ purpose: 'vouchsafe-registry', artifact: versionId });

/** The cause is for the log; whoever asked for content does not learn about the service. */
async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw unavailable('', error);
  }
}

const unavailable = (detail: string, cause?: unknown): RegistryError =>
  RegistryError.of('keys-unavailable', detail, cause);
