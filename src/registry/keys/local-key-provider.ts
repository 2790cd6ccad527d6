import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { SealError } from '../../seal/errors.ts';
import type { KeyProvider, WrapContext, Wrapped } from '../../seal/providers/key-provider.ts';

export const ROOT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_CHARS = 8;

interface WrappingKey {
  readonly name: string;
  readonly key: Buffer;
}

/** Wraps with keys of this machine, for servers without a key service. The first wraps; the others only open what they wrapped once. */
export class LocalKeyProvider implements KeyProvider {
  readonly id = 'local';
  readonly #keys: readonly [WrappingKey, ...WrappingKey[]];

  /** `roots`: 32 random bytes each. */
  constructor(roots: readonly [Uint8Array, ...Uint8Array[]]) {
    const [first, ...others] = roots;
    this.#keys = [wrappingKey(first), ...others.map(wrappingKey)];
  }

  async wrap(fileKey: Buffer, context: WrapContext): Promise<Wrapped> {
    const [{ name, key }] = this.#keys;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(context));
    const ciphertext = Buffer.concat([nonce, cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
    return { keyName: name, ciphertext };
  }

  /** @throws SealError `provider-failed` when the wrapped key does not authenticate. */
  async unwrap({ keyName, ciphertext }: Wrapped, context: WrapContext): Promise<Buffer | null> {
    const found = this.#keys.find(({ name }) => name === keyName);
    if (found === undefined) return null;
    try {
      const nonce = ciphertext.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', found.key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(context)).setAuthTag(ciphertext.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(ciphertext.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw SealError.of('provider-failed', { provider: 'the key file', detail: 'it does not authenticate' }, error);
    }
  }
}

function wrappingKey(root: Uint8Array): WrappingKey {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', root, new Uint8Array(), `vouchsafe registry v1 ${purpose}`, ROOT_BYTES));
  return { name: derive('name').toString('hex').slice(0, ID_CHARS), key: derive('wrap') };
}

/** No part may be taken for two. */
function boundTo({ purpose, artifact }: WrapContext): Buffer {
  return Buffer.from(JSON.stringify([purpose, artifact]));
}
