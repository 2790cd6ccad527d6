import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

type CborValue = number | string | Uint8Array | ReadonlyMap<number | string, CborValue>;

/** As much of CBOR (RFC 8949) as WebAuthn needs. */
function cbor(value: CborValue): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([cborHead(2, value.length), value]);
  const pairs = [...value].flatMap(([key, item]) => [cbor(key), cbor(item)]);
  return Buffer.concat([cborHead(5, value.size), ...pairs]);
}

function cborHead(major: number, length: number): Buffer {
  const kind = major * 32;
  if (length < 24) return Buffer.from([kind + length]);
  if (length < 256) return Buffer.from([kind + 24, length]);
  return Buffer.from([kind + 25, Math.floor(length / 256), length % 256]);
}

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

interface Credential {
  readonly id: Buffer;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  readonly rpId: string;
  count: number;
}

/** What a hostile page or a broken device would do differently. */
export interface Deviations {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly isUserVerified?: boolean;
  readonly isUserPresent?: boolean;
  readonly crossOrigin?: boolean;
  /** Of the counter, instead of the next one. */
  readonly count?: number;
  readonly type?: string;
  readonly userHandle?: string | null;
  /** Instead of `none`. */
  readonly attestation?: { readonly fmt: string; readonly attStmt: ReadonlyMap<string, CborValue> };
}

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
}

interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

/** Flags of authenticator data (WebAuthn 3, section 6.1). */
const UP = 1;
const UV = 4;
const BE = 8;
const AT = 64;

export interface AuthenticatorOptions {
  readonly origin: string;
  /** A synced passkey counts nothing. */
  readonly isSynced?: boolean;
}

/** A passkey in software: makes and uses ES256 credentials as a browser with an authenticator would, or as a liar. */
export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #isSynced: boolean;
  readonly #credentials: Credential[] = [];

  constructor({ origin, isSynced = false }: AuthenticatorOptions) {
    this.#origin = origin;
    this.#isSynced = isSynced;
  }

  create(given: object, deviations: Deviations = {}): Record<string, never> {
    const options = given as CreationOptions;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rpId = deviations.rpId ?? options.rp.id;
    const credential = { id: randomBytes(32), userHandle: options.user.id, privateKey, rpId, count: 0 };
    this.#credentials.push(credential);
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const cose = cbor(
      new Map<number, CborValue>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, credential.id.length]), credential.id, cose]);
    const { fmt, attStmt } = deviations.attestation ?? { fmt: 'none', attStmt: new Map<string, CborValue>() };
    const attestationObject = cbor(
      new Map<string, CborValue>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', Buffer.concat([this.#authenticatorData(credential, AT, deviations), attested])],
      ]),
    );
    return this.#answer(credential, {
      clientDataJSON: this.#clientData('webauthn.create', options.challenge, deviations),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  get(given: object, deviations: Deviations = {}): Record<string, never> {
    const options = given as RequestOptions;
    const allowed = options.allowCredentials ?? [];
    const credential = this.#credentials.find(
      ({ id }) => allowed.length === 0 || allowed.some((one) => one.id === id.toString('base64url')),
    );
    if (credential === undefined) throw new Error('this authenticator has none of the credentials');
    credential.count += 1;
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, deviations);
    const authenticatorData = this.#authenticatorData(credential, 0, deviations);
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    const { userHandle = credential.userHandle } = deviations;
    return this.#answer(credential, {
      clientDataJSON,
      authenticatorData: authenticatorData.toString('base64url'),
      signature: createSign('sha256').update(signed).sign(credential.privateKey).toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    });
  }

  #answer({ id }: Credential, response: object): Record<string, never> {
    const name = id.toString('base64url');
    return {
      id: name,
      rawId: name,
      type: 'public-key',
      clientExtensionResults: {},
      response,
    } as unknown as Record<string, never>;
  }

  #clientData(type: string, challenge: string, deviations: Deviations): string {
    const data = {
      type: deviations.type ?? type,
      challenge: deviations.challenge ?? challenge,
      origin: deviations.origin ?? this.#origin,
      crossOrigin: deviations.crossOrigin ?? false,
    };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }

  #authenticatorData({ rpId, count }: Credential, flags: number, deviations: Deviations): Buffer {
    const { isUserVerified = true, isUserPresent = true } = deviations;
    const all = flags + (isUserPresent ? UP : 0) + (isUserVerified ? UV : 0) + (this.#isSynced ? BE : 0);
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(deviations.count ?? (this.#isSynced ? 0 : count));
    return Buffer.concat([sha256(deviations.rpId ?? rpId), Buffer.from([all]), counted]);
  }
}
