import { createHash, type KeyObject } from 'node:crypto';
import { TransparencyLogEntry, TrustedRoot } from '@sigstore/protobuf-specs';
import {
  PolicyError,
  toSignedEntity,
  toTrustMaterial,
  VerificationError,
  Verifier,
  type SignedEntity,
  type TrustMaterial,
} from '@sigstore/verify';
import type { Bundle } from './bundle.ts';
import { checkSignerCertificate, readCertificate } from './certificate.ts';
import { IN_TOTO_PAYLOAD_TYPE, preAuthEncoding } from './dsse.ts';
import { SignError, type SignErrorCode } from './errors.ts';
import { parseStrictJson } from './strict-json.ts';
import { verifies } from './signature.ts';

/**
 * Sigstore's part of the work, done by its own library: log entries, timestamps, and certificates that live for
 * minutes. Everything is checked offline against a trusted root.
 */

export type { TrustedRoot } from '@sigstore/protobuf-specs';

/** A moment before which the signature existed, by somebody else's word. */
export interface TrustedTime {
  readonly time: Date;
  readonly source: 'transparency-log' | 'timestamp-authority';
}

/** Who a short-lived certificate was issued to, and by whose word. */
export interface KeylessIdentity {
  readonly identity: string;
  readonly issuer: string;
}

const trusted = new WeakMap<TrustedRoot, TrustMaterial>();

/** Its certificates and keys take 25 ms to parse, and a model may have many attestations. */
function trustIn(root: TrustedRoot): TrustMaterial {
  const known = trusted.get(root) ?? toTrustMaterial(root);
  trusted.set(root, known);
  return known;
}

/** Reads `trusted_root.json`, or a client's trust configuration that contains one. @throws SignError. */
export function readTrustedRoot(content: Uint8Array): TrustedRoot {
  const document = parseStrictJson(content, { code: 'trusted-root-malformed', what: 'the file' }) as {
    readonly trustedRoot?: unknown;
  };
  try {
    const root = TrustedRoot.fromJSON(document?.trustedRoot ?? document);
    trustIn(root);
    if (root.tlogs.length + root.timestampAuthorities.length + root.certificateAuthorities.length === 0) {
      throw new Error('it names no authority and no log');
    }
    return root;
  } catch (error) {
    throw SignError.of('trusted-root-malformed', error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * Verifies a keyless signature: certificate, signed certificate timestamp, log entry with its proof of inclusion, and
 * signature. Says who signed; whether that is the right one is the caller's question.
 * @throws SignError.
 */
export function verifyKeyless(
  bundle: Bundle,
  root: TrustedRoot,
): KeylessIdentity & { readonly times: readonly TrustedTime[] } {
  if (bundle.signer.method !== 'keyless') throw SignError.of('method-mismatch', bundle.signer.method);
  if (bundle.logEntries.length === 0) throw SignError.of('log-invalid', 'there is no log entry');
  checkSignerCertificate(readCertificate(bundle.signer.certificate));
  const entity = entityOf(bundle, { $case: 'certificate', certificate: { rawBytes: bundle.signer.certificate } });
  for (const entry of entity.tlogEntries) checkProof(entry);
  const signer = attempt(() => new Verifier(trustIn(root)).verify(entity));
  const identity = signer.identity?.subjectAlternativeName ?? '';
  const issuer = signer.identity?.extensions?.issuer ?? '';
  if (identity === '' || issuer === '') throw SignError.of('certificate-invalid', 'the certificate names no identity');
  return { identity, issuer, times: timesOf(entity) };
}

/**
 * Without the proof, only the log's promise says that others can see the entry. What the proof repeats of the signed
 * checkpoint must be the same: the library looks at the checkpoint alone.
 */
function checkProof({ inclusionProof: proof, logIndex }: SignedEntity['tlogEntries'][number]): void {
  if (proof === undefined) throw SignError.of('log-invalid', 'a log entry has no proof of inclusion');
  const [, size, root] = (proof.checkpoint?.envelope ?? '').split('\n');
  const isSame = size === proof.treeSize && root === Buffer.from(proof.rootHash).toString('base64');
  if (!isSame || !/^\d+$/.test(logIndex)) {
    throw SignError.of('log-invalid', 'a proof of inclusion is not about the checkpoint in it');
  }
}

/**
 * The trusted times of a signature made with a key or a long-lived certificate. None when nothing of that kind is in
 * the bundle; one that does not verify is an error, not none.
 * @throws SignError `timestamp-invalid`, `log-invalid`.
 */
export function trustedTimes(bundle: Bundle, publicKey: KeyObject, root: TrustedRoot): readonly TrustedTime[] {
  if (bundle.logEntries.length + bundle.timestamps.length === 0) return [];
  const entity = entityOf(bundle, { $case: 'publicKey', publicKey: { hint: '' } });
  const trust = { ...trustIn(root), publicKey: () => ({ publicKey, validFor: () => true }) };
  attempt(() => new Verifier(trust, { tlogThreshold: 0, timestampThreshold: 0, ctlogThreshold: 0 }).verify(entity));
  return timesOf(entity);
}

/** Of an entity that was verified. A log's time counts only with its promise, which signs the time. */
function timesOf(entity: SignedEntity): TrustedTime[] {
  return entity.timestamps.flatMap((one): TrustedTime[] => {
    if (one.$case === 'timestamp-authority') return [{ time: one.timestamp.signingTime, source: one.$case }];
    if (one.tlogEntry.inclusionPromise === undefined) return [];
    return [{ time: new Date(Number(one.tlogEntry.integratedTime) * 1000), source: one.$case }];
  });
}

type LibraryBundle = Parameters<typeof toSignedEntity>[0];
type LibraryContent = LibraryBundle['verificationMaterial']['content'];
type LibraryEntries = LibraryBundle['verificationMaterial']['tlogEntries'];

function entityOf(bundle: Bundle, content: LibraryContent): SignedEntity {
  const { payload, signature, logEntries, timestamps } = bundle;
  try {
    const entity = toSignedEntity({
      mediaType: '',
      content: {
        $case: 'dsseEnvelope',
        dsseEnvelope: { payload, payloadType: IN_TOTO_PAYLOAD_TYPE, signatures: [{ sig: signature, keyid: '' }] },
      },
      verificationMaterial: {
        content,
        tlogEntries: logEntries.map((entry) => TransparencyLogEntry.fromJSON(entry)) as LibraryEntries,
        timestampVerificationData: {
          rfc3161Timestamps: timestamps.map((signedTimestamp) => ({ signedTimestamp })),
        },
      },
    });
    return { ...entity, signature: contentOf(bundle) };
  } catch (error) {
    throw SignError.of('bundle-malformed', 'its log entries, timestamps or certificate cannot be read', error);
  }
}

/** The library's own verifies with SHA-256 whatever the curve, and so refuses what P-384 and P-521 keys signed. */
function contentOf({ payload, signature }: Bundle): SignedEntity['signature'] {
  const encoded = preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, payload);
  const isDigestOf = (digest: Buffer, bytes: Buffer): boolean => {
    const name = { 32: 'sha256', 48: 'sha384', 64: 'sha512' }[digest.length];
    return name !== undefined && createHash(name).update(bytes).digest().equals(digest);
  };
  return {
    signature,
    compareSignature: (other) => signature.equals(other),
    compareDigest: (digest) => isDigestOf(digest, payload),
    compareSignedDigest: (digest) => isDigestOf(digest, encoded),
    verifySignature: (key) => verifies(key, encoded, signature),
  };
}

const CODES: Readonly<Record<string, SignErrorCode>> = {
  CERTIFICATE_ERROR: 'certificate-untrusted',
  PUBLIC_KEY_ERROR: 'key-mismatch',
  SIGNATURE_ERROR: 'signature-invalid',
  TIMESTAMP_ERROR: 'timestamp-invalid',
};

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SignError) throw error;
    if (error instanceof VerificationError || error instanceof PolicyError) {
      const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
      throw SignError.of(CODES[error.code] ?? 'log-invalid', `${error.message.toLowerCase()}${cause}`, error);
    }
    throw SignError.of('bundle-malformed', 'its log entries, timestamps or certificate are damaged', error);
  }
}
