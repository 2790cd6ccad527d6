import { randomBytes, scrypt } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { unwrapKey, wipe, WRAPPED_FILE_KEY_BYTES, wrapKey } from '../crypto.ts';
import { malformed, type Stanza } from '../header.ts';
import { checkLimit } from '../limits.ts';
import type { Identity, Recipient } from '../recipient.ts';

/** C2SP age, "The scrypt recipient type". */
const TYPE = 'scrypt';
const LABEL = Buffer.from('age-encryption.org/v1/scrypt');
const SALT_BYTES = 16;
const BLOCK_SIZE = 8;
/** What age itself writes: about a second and 256 MiB. */
const DEFAULT_WORK_FACTOR_LOG = 18;

/** Seals to a passphrase. It is the only recipient of a file. */
export class PassphraseRecipient implements Recipient {
  readonly kind = 'passphrase';
  readonly #passphrase: Buffer;
  readonly #workFactorLog: number;

  constructor(passphrase: Buffer, workFactorLog: number = DEFAULT_WORK_FACTOR_LOG) {
    checkLimit('maxPassphraseBytes', passphrase.length);
    this.#passphrase = passphrase;
    this.#workFactorLog = workFactorLog;
  }

  async wrap(fileKey: Buffer): Promise<Stanza> {
    const salt = randomBytes(SALT_BYTES);
    const key = await stretch(this.#passphrase, salt, this.#workFactorLog);
    const body = wrapKey(fileKey, key);
    wipe(key);
    return { args: [TYPE, encodeBase64(salt), String(this.#workFactorLog)], body };
  }
}

export class PassphraseIdentity implements Identity {
  readonly #passphrase: () => Promise<Buffer>;

  /** The passphrase is asked for once, and only when a file wants one. */
  constructor(passphrase: Buffer | (() => Promise<Buffer>)) {
    this.#passphrase = typeof passphrase === 'function' ? passphrase : () => Promise.resolve(passphrase);
  }

  async unwrap(stanzas: readonly Stanza[]): Promise<Buffer | null> {
    const stanza = stanzas.find(({ args }) => args[0] === TYPE);
    if (stanza === undefined) return null;
    if (stanzas.length > 1) throw malformed('an scrypt stanza is not the only one');
    const { salt, workFactorLog } = parseStanza(stanza);
    const passphrase = await this.#passphrase();
    checkLimit('maxPassphraseBytes', passphrase.length);
    const key = await stretch(passphrase, salt, workFactorLog);
    const fileKey = unwrapKey(stanza.body, key);
    wipe(key);
    return fileKey;
  }
}

function parseStanza({ args, body }: Stanza): { salt: Buffer; workFactorLog: number } {
  const [, saltText = '', factorText = ''] = args;
  const salt = args.length === 3 ? decodeBase64(saltText) : null;
  if (salt?.length !== SALT_BYTES) throw malformed('an scrypt stanza has no salt of 16 bytes');
  if (!/^[1-9][0-9]*$/.test(factorText)) throw malformed('the work factor of an scrypt stanza is no decimal number');
  if (body.length !== WRAPPED_FILE_KEY_BYTES) throw malformed('an scrypt stanza wraps no key of 16 bytes');
  const workFactorLog = Number(factorText);
  checkLimit('maxWorkFactorLog', workFactorLog);
  return { salt, workFactorLog };
}

/** scrypt (RFC 7914) in another thread. */
function stretch(passphrase: Buffer, salt: Buffer, workFactorLog: number): Promise<Buffer> {
  const cost = 2 ** workFactorLog;
  const maxmem = 128 * BLOCK_SIZE * (cost + 32);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem };
  scrypt(passphrase, Buffer.concat([LABEL, salt]), 32, options, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}
