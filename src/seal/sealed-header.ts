import { randomBytes } from 'node:crypto';
import { FILE_KEY_BYTES, wipe } from './crypto.ts';
import { SealError } from './errors.ts';
import { encodeHeader, malformed, parseHeader, type Stanza, verifyHeader } from './header.ts';
import { PAYLOAD_NONCE_BYTES, PayloadKey } from './payload.ts';
import { type Identity, kindOf, type Recipient, type RecipientKind } from './recipient.ts';

/** What a sealed file begins with, and the key of what follows. */
export interface StartedSeal {
  /** Header and nonce. */
  readonly prefix: Buffer;
  readonly key: PayloadKey;
}

/**
 * A fresh file key, wrapped for everybody. `artifact` names what is sealed; key services bind it.
 * @throws SealError `recipients-missing`, `recipients-mixed`, and what a recipient raises.
 */
export async function startSeal(recipients: readonly Recipient[], artifact: string): Promise<StartedSeal> {
  checkMix(recipients.map(({ kind }) => kind));
  const fileKey = randomBytes(FILE_KEY_BYTES);
  const nonce = randomBytes(PAYLOAD_NONCE_BYTES);
  try {
    const header = encodeHeader(await wrapAll(recipients, fileKey, artifact), fileKey);
    return { prefix: Buffer.concat([header, nonce]), key: PayloadKey.derive(fileKey, nonce) };
  } finally {
    wipe(fileKey);
  }
}

/** The file key of a header. @throws SealError `header-malformed`, `header-mac`, `no-match`, and what an identity raises. */
export async function openHeader(bytes: Buffer, identities: readonly Identity[]): Promise<Buffer> {
  const header = parseHeader(bytes);
  const { stanzas } = header;
  if (stanzas.length > 1 && stanzas.some((stanza) => kindOf(stanza) === 'passphrase')) {
    throw malformed('an scrypt stanza is not the only one');
  }
  for (const identity of identities) {
    const fileKey = await identity.unwrap(stanzas);
    if (fileKey === null) continue;
    verifyHeader(header, fileKey);
    return fileKey;
  }
  throw SealError.of('no-match', undefined);
}

export interface RewrapOptions {
  readonly identities: readonly Identity[];
  readonly recipients: readonly Recipient[];
  /** Leave the recipients of before out. */
  readonly isReplacing: boolean;
  readonly artifact: string;
}

/** A new header for the same file key. @throws SealError as `openHeader` and `startSeal` do. */
export async function rewrapHeader(bytes: Buffer, options: RewrapOptions): Promise<Buffer> {
  const { identities, recipients, isReplacing, artifact } = options;
  const fileKey = await openHeader(bytes, identities);
  try {
    const kept = isReplacing ? [] : parseHeader(bytes).stanzas;
    const keptKinds = kept.map(kindOf).filter((kind) => kind !== undefined);
    checkMix([...keptKinds, ...recipients.map(({ kind }) => kind)]);
    return encodeHeader([...kept, ...(await wrapAll(recipients, fileKey, artifact))], fileKey);
  } finally {
    wipe(fileKey);
  }
}

async function wrapAll(recipients: readonly Recipient[], fileKey: Buffer, artifact: string): Promise<Stanza[]> {
  const stanzas: Stanza[] = [];
  for (const recipient of recipients) stanzas.push(await recipient.wrap(fileKey, artifact));
  return stanzas;
}

function checkMix(kinds: readonly RecipientKind[]): void {
  if (kinds.length === 0) throw SealError.of('recipients-missing', undefined);
  if (kinds.includes('passphrase') && kinds.length > 1) {
    throw SealError.of('recipients-mixed', { detail: 'a passphrase must be the only recipient of a file' });
  }
  if (kinds.includes('post-quantum') && kinds.includes('classical')) {
    const detail =
      'a classical recipient beside a post-quantum one would undo its protection; give every reader an age1pq1… key';
    throw SealError.of('recipients-mixed', { detail });
  }
}
