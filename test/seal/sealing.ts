import { SealError } from '../../src/seal/errors.ts';
import { type KeyIdentity, generateIdentity, parseIdentity } from '../../src/seal/keys/parse-keys.ts';
import type { Identity, Recipient } from '../../src/seal/recipient.ts';
import { openStream, sealStream } from '../../src/seal/sealed-stream.ts';

export function newIdentity(isPostQuantum = false): KeyIdentity {
  return parseIdentity(generateIdentity(isPostQuantum).identity, 'a test');
}

/** A stream of pieces of one size. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 1 << 20): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export async function sealBytes(
  bytes: Uint8Array,
  recipients: readonly Recipient[],
  { isArmored = false, pieceBytes = 1 << 20, artifact = 'a test' } = {},
): Promise<Buffer> {
  return await gathered(sealStream(inPieces(bytes, pieceBytes), { recipients, isArmored, artifact }));
}

export async function openBytes(
  bytes: Uint8Array,
  identities: readonly Identity[],
  pieceBytes = 1 << 20,
): Promise<Buffer> {
  return await gathered(openStream(inPieces(bytes, pieceBytes), identities));
}

async function gathered(parts: AsyncIterable<Buffer[]>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const each of parts) all.push(...each);
  return Buffer.concat(all);
}

/** The code with which something is refused. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'accepted';
}
