import { randomBytes } from 'node:crypto';
import { decodeBech32, encodeBech32 } from '../bech32.ts';
import { wipe } from '../crypto.ts';
import { SealError } from '../errors.ts';
import { checkLimit } from '../limits.ts';
import type { Recipient } from '../recipient.ts';
import { HYBRID_IDENTITY_PREFIX, HybridIdentity, HybridRecipient, SEED_BYTES } from './hybrid.ts';
import { X25519_BYTES, X25519_IDENTITY_PREFIX, X25519Identity, X25519Recipient } from './x25519.ts';

/** An identity that has a recipient to give to others. */
export type KeyIdentity = X25519Identity | HybridIdentity;

/** Reads `age1…` or `age1pq1…`. @throws SealError `recipient-invalid`. */
export function parseRecipient(text: string): Recipient {
  if (text.toLowerCase().startsWith('age-secret-key-')) {
    throw SealError.of('recipient-invalid', {
      recipient: 'what was given',
      reason: 'it is an identity, which must stay secret',
    });
  }
  if (text.startsWith('age1pq1')) return HybridRecipient.parse(text);
  if (text.startsWith('age1') && text.lastIndexOf('1') === 3) return X25519Recipient.parse(text);
  throw SealError.of('recipient-invalid', {
    recipient: text.slice(0, 80),
    reason: 'only age1… and age1pq1… are supported',
  });
}

/** Reads `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`. @throws SealError `identity-invalid`, which never shows the text. */
export function parseIdentity(text: string, where: string): KeyIdentity {
  const decoded = text === text.toUpperCase() ? decodeBech32(text) : null;
  if (decoded === null)
    throw SealError.of('identity-invalid', { where, reason: 'it is mistyped, cut off, or of another kind' });
  const { prefix, bytes } = decoded;
  const identity =
    prefix === X25519_IDENTITY_PREFIX && bytes.length === X25519_BYTES
      ? new X25519Identity(bytes)
      : prefix === HYBRID_IDENTITY_PREFIX && bytes.length === SEED_BYTES
        ? new HybridIdentity(bytes)
        : null;
  wipe(bytes);
  if (identity === null) throw SealError.of('identity-invalid', { where, reason: 'its kind is not supported' });
  return identity;
}

/** The lines of a key file that hold something: age leaves out empty ones and those that start with `#`. */
function* keyLines(text: string): Generator<{ readonly line: string; readonly number: number }> {
  checkLimit('maxKeyFileBytes', text.length);
  let count = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    checkLimit('maxKeysPerFile', ++count);
    yield { line: trimmed, number: index + 1 };
  }
}

/** Every identity of a file as age writes it. @throws SealError `identity-invalid` when there is none or one is wrong. */
export function parseIdentities(text: string, name: string): KeyIdentity[] {
  const identities: KeyIdentity[] = [];
  for (const { line, number } of keyLines(text)) identities.push(parseIdentity(line, `${name} line ${number}`));
  if (identities.length === 0)
    throw SealError.of('identity-invalid', { where: name, reason: 'it has no line with a key' });
  return identities;
}

/** Every recipient of a file, one a line. @throws SealError `recipient-invalid` when there is none or one is wrong. */
export function parseRecipients(text: string, name: string): Recipient[] {
  const recipients: Recipient[] = [];
  for (const { line } of keyLines(text)) recipients.push(parseRecipient(line));
  if (recipients.length === 0)
    throw SealError.of('recipient-invalid', { recipient: name, reason: 'it has no line with a key' });
  return recipients;
}

/** A new identity as text, which is a secret, and its recipient. @throws SealError `post-quantum-unavailable`. */
export function generateIdentity(isPostQuantum: boolean): { readonly identity: string; readonly recipient: string } {
  const secret = randomBytes(isPostQuantum ? SEED_BYTES : X25519_BYTES);
  const { recipient } = isPostQuantum ? new HybridIdentity(secret) : new X25519Identity(secret);
  const identity = encodeBech32(isPostQuantum ? HYBRID_IDENTITY_PREFIX : X25519_IDENTITY_PREFIX, secret).toUpperCase();
  wipe(secret);
  return { identity, recipient: recipient.toString() };
}
