import { decodeBase64, encodeBase64 } from '../base64.ts';
import { FILE_KEY_BYTES } from '../crypto.ts';
import { SealError } from '../errors.ts';
import { malformed, SERVICE_TYPE, type Stanza } from '../header.ts';
import { checkLimit } from '../limits.ts';
import type { Identity, Recipient } from '../recipient.ts';

/**
 * What a key service authenticates beside the wrapped key. It stands in the header, readable by everybody, and in the
 * service's own log; the service unwraps only when it is given the same again.
 */
export interface WrapContext {
  readonly purpose: string;
  /** What is sealed: the name of a file. */
  readonly artifact: string;
}

export interface Wrapped {
  /** The key as the service names it, which may be more exact than what it was asked for. */
  readonly keyName: string;
  readonly ciphertext: Buffer;
}

/** A service that wraps keys with a key it never gives out. */
export interface KeyProvider {
  readonly id: string;
  /** @throws SealError `provider-unconfigured`, `provider-failed`. */
  wrap(fileKey: Buffer, context: WrapContext): Promise<Wrapped>;
  /** The file key, or null when the service was not asked, since the wrapped key belongs to another of its keys. */
  unwrap(wrapped: Wrapped, context: WrapContext): Promise<Buffer | null>;
}

/** So that a wrapped key of ours opens nothing else that the same service key protects, and the other way round. */
const PURPOSE = 'vouchsafe-seal';
const MAX_ARTIFACT_CHARS = 1024;

/** Seals to a key of a service: stanza `vouchsafe/<provider> <key name> <artifact>`, both in base 64. */
export class ServiceRecipient implements Recipient {
  readonly kind = 'service';
  readonly #provider: KeyProvider;

  constructor(provider: KeyProvider) {
    this.#provider = provider;
  }

  async wrap(fileKey: Buffer, artifact: string): Promise<Stanza> {
    const named = artifact.slice(0, MAX_ARTIFACT_CHARS);
    const { keyName, ciphertext } = await this.#provider.wrap(fileKey, { purpose: PURPOSE, artifact: named });
    const args = [
      SERVICE_TYPE + this.#provider.id,
      encodeBase64(Buffer.from(keyName)),
      encodeBase64(Buffer.from(named)),
    ];
    return { args, body: ciphertext };
  }
}

/** Opens what was sealed to a service's key. The service is the one configured here, never one that a file names. */
export class ServiceIdentity implements Identity {
  readonly #provider: KeyProvider;

  constructor(provider: KeyProvider) {
    this.#provider = provider;
  }

  async unwrap(stanzas: readonly Stanza[]): Promise<Buffer | null> {
    const mine = stanzas.filter(({ args }) => args[0] === SERVICE_TYPE + this.#provider.id);
    checkLimit('maxProviderCalls', mine.length);
    for (const { args, body } of mine) {
      const [, keyName, artifact] = args.map((arg) => decodeBase64(arg));
      if (args.length !== 3 || !keyName || !artifact)
        throw malformed('a stanza of a key service names no key or artifact');
      const context = { purpose: PURPOSE, artifact: artifact.toString('utf8') };
      const fileKey = await this.#provider.unwrap({ keyName: keyName.toString('utf8'), ciphertext: body }, context);
      if (fileKey !== null) return this.#checked(fileKey);
    }
    return null;
  }

  #checked(fileKey: Buffer): Buffer {
    if (fileKey.length === FILE_KEY_BYTES) return fileKey;
    throw SealError.of('provider-failed', { provider: this.#provider.id, detail: 'it returned no key of 16 bytes' });
  }
}
