import { SealError } from '../errors.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { KeyProvider, WrapContext, Wrapped } from './key-provider.ts';

export interface VaultOptions {
  /** `https://vault.example.com:8200`. */
  readonly address: string;
  /** A secret: it is sent to `address` and shown nowhere. */
  readonly token: string;
  /** Name of the transit key, `NAME` or `MOUNT/NAME`. */
  readonly keyName: string;
  readonly namespace?: string | undefined;
  readonly allowsPlainHttp?: boolean | undefined;
}

const PROVIDER = 'Vault Transit';
const DEFAULT_MOUNT = 'transit';
/** What the service calls a wrapped key: version of its key, then base 64. */
const CIPHERTEXT = /^vault:v[1-9][0-9]{0,9}:[A-Za-z0-9+/]{1,4096}={0,2}$/;

/**
 * Wraps with the transit engine of HashiCorp Vault or OpenBao. The context is given as `associated_data`, which AEAD
 * keys authenticate, and as `context`, which derived keys are derived with.
 */
export class VaultTransitProvider implements KeyProvider {
  readonly id = 'vault-transit';
  readonly #options: VaultOptions;
  readonly #path: string;

  /** @throws SealError `provider-unconfigured` when the name of the key is none. */
  constructor(options: VaultOptions) {
    this.#options = options;
    this.#path = qualified(options.keyName);
  }

  async wrap(fileKey: Buffer, context: WrapContext): Promise<Wrapped> {
    const data = await this.#call('encrypt', { plaintext: fileKey.toString('base64'), ...contextFields(context) });
    const { ciphertext } = data;
    if (typeof ciphertext !== 'string' || !CIPHERTEXT.test(ciphertext)) throw failed('it returned no ciphertext');
    return { keyName: this.#path, ciphertext: Buffer.from(ciphertext, 'latin1') };
  }

  async unwrap({ keyName, ciphertext }: Wrapped, context: WrapContext): Promise<Buffer | null> {
    const text = ciphertext.toString('latin1');
    if (keyName !== this.#path || !CIPHERTEXT.test(text)) return null;
    const { plaintext } = await this.#call('decrypt', { ciphertext: text, ...contextFields(context) });
    if (typeof plaintext !== 'string') throw failed('it returned no plaintext');
    return Buffer.from(plaintext, 'base64');
  }

  async #call(operation: 'encrypt' | 'decrypt', input: object): Promise<Readonly<Record<string, unknown>>> {
    const { address, token, namespace, allowsPlainHttp } = this.#options;
    const [mount, name] = splitName(this.#path);
    const response = await boundedFetch({
      provider: PROVIDER,
      url: endpoint(address, `${mount}/${operation}/${name}`),
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vault-request': 'true',
        'x-vault-token': token,
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      },
      body: JSON.stringify(input),
      allowsPlainHttp,
    });
    if (response.status !== 200) throw failed(`${operation} with ${this.#path}: ${explain(response.status)}`);
    return dataOf(response.body);
  }
}

/** Both fields hold the same canonical text. */
function contextFields({ purpose, artifact }: WrapContext): { associated_data: string; context: string } {
  const text = Buffer.from(JSON.stringify({ artifact, purpose })).toString('base64');
  return { associated_data: text, context: text };
}

function endpoint(address: string, path: string): URL {
  try {
    const url = new URL(address);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${path}`;
    return url;
  } catch (error) {
    throw SealError.of('provider-unconfigured', { provider: PROVIDER, detail: 'its address is no URL' }, error);
  }
}

/** `MOUNT/NAME`; nothing in it can change the path of a request. */
function qualified(keyName: string): string {
  const path = keyName.includes('/') ? keyName : `${DEFAULT_MOUNT}/${keyName}`;
  if (/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)+$/.test(path)) return path;
  throw SealError.of('provider-unconfigured', {
    provider: PROVIDER,
    detail: 'the name of the key is not NAME or MOUNT/NAME',
  });
}

function splitName(path: string): [string, string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}

/** The service's own texts may quote what it was sent, so they are not passed on. */
function explain(status: number): string {
  if (status === 400)
    return 'it refused the request: another key or context, or a key type without authenticated encryption';
  if (status === 403) return 'the token is not valid or may not do this';
  if (status === 404) return 'there is no such key or mount';
  if (status === 503) return 'it is sealed or in maintenance';
  return `it answered with status ${status}`;
}

function dataOf(body: Buffer): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch {
    throw failed('its answer is not JSON');
  }
  const data = typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : null;
  if (typeof data !== 'object' || data === null) throw failed('its answer has no data');
  return data as Readonly<Record<string, unknown>>;
}

function failed(detail: string): SealError {
  return SealError.of('provider-failed', { provider: PROVIDER, detail });
}
