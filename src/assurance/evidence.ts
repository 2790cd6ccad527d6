import { isDeepStrictEqual } from 'node:util';
import {
  claimOf,
  isAbout,
  readAttestations,
  type AttestationClaim,
  type AttestationLine,
} from '../sign/attestation.ts';
import { readBundle, type Bundle } from '../sign/bundle.ts';
import { SignError } from '../sign/errors.ts';
import type { Serialization } from '../sign/manifest.ts';
import { signerName, unmetBy, type PolicyFiles, type SigningPolicy } from '../sign/policy.ts';
import { verifyBundle, type Trust, type VerifiedSigner } from '../sign/verify-bundle.ts';
import type { EvidenceItem } from './schema.ts';

/** An evidence file as it lies beside the model. */
export interface EvidenceFile {
  readonly file: string;
  readonly content: Uint8Array;
}

export interface EvidenceContext {
  /** Whom to believe; null when nobody was named, and nothing can be verified then. */
  readonly trust: Trust | null;
  /** Who has to have signed what; null without a policy. */
  readonly policy: { readonly policy: SigningPolicy; readonly files: PolicyFiles } | null;
  /** The root digest of the files as they are now. */
  readonly rootDigest: string;
  /** The same with the names of the files. */
  readonly manifestSha256: string;
}

/** One statement beside the model, as far as it could be checked. */
export interface CheckedStatement {
  readonly item: EvidenceItem;
  /** Null for signatures, and for what could not be read. */
  readonly claim: AttestationClaim | null;
  readonly predicate?: unknown;
  readonly verified: VerifiedSigner | null;
  /** How a signature says that the files were listed. */
  readonly serialization?: Serialization | undefined;
}

/** What a signature file is worth: whether its signature holds, and whether it speaks of these files. */
export function checkSignature({ file, content }: EvidenceFile, context: EvidenceContext): CheckedStatement {
  const base = { file, kind: 'signature', what: 'signature of the model' } as const;
  return attempt(base, () => {
    const bundle = readBundle(content);
    const { statement } = bundle;
    if (statement.kind !== 'model') return refused(base, 'it signs no model');
    if (statement.rootDigest !== context.rootDigest) {
      return refused(base, 'it signs other files than those that are there');
    }
    return { claim: null, serialization: statement.manifest.serialization, ...verifiedItem(base, bundle, context) };
  });
}

/** Every line of an attestation file. */
export function checkAttestations(
  { file, content }: EvidenceFile,
  context: EvidenceContext,
): readonly CheckedStatement[] {
  const base = { file, kind: 'attestation', what: 'attestation' } as const;
  let lines: readonly AttestationLine[];
  try {
    lines = readAttestations(content);
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    return [refused(base, error.message)];
  }
  return lines.map((line) => ('error' in line ? refused(base, line.error.message) : checkLine(file, line, context)));
}

function checkLine(
  file: string,
  { bundle, statement }: Extract<AttestationLine, { bundle: Bundle }>,
  context: EvidenceContext,
): CheckedStatement {
  const plain = { file, kind: 'attestation', what: statement.predicateType } as const;
  return attempt(plain, () => {
    const claim = claimOf(statement);
    const base = { ...plain, what: claimText(claim) };
    if (isAbout(statement, context) === null) {
      return refused(base, 'it is about something else than these files');
    }
    return { claim, predicate: statement.predicate, ...verifiedItem(base, bundle, context) };
  });
}

/** `scan: PASSED, vouchsafe 0.1.0, 2026-01-02T03:04:05Z` */
function claimText({ kind, predicateType, result, tool, date }: AttestationClaim): string {
  const name = kind === 'other' ? predicateType : kind;
  const about = [result, tool === null ? null : `${tool.name} ${tool.version}`.trim(), date].filter(
    (one) => one !== null,
  );
  return about.length === 0 ? name : `${name}: ${about.join(', ')}`;
}

type Base = Pick<EvidenceItem, 'file' | 'kind' | 'what'>;

function refused(base: Base, detail: string): CheckedStatement {
  return { item: { ...base, state: 'invalid', signer: null, detail }, claim: null, verified: null };
}

function attempt(base: Base, check: () => CheckedStatement): CheckedStatement {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    return refused(base, inWords(error));
  }
}

/** Signed by somebody who is not trusted here. */
const STRANGERS: ReadonlySet<string> = new Set([
  'key-mismatch',
  'method-mismatch',
  'identity-mismatch',
  'certificate-untrusted',
]);

/** Digests are cut to what a person compares; a stranger is called one. */
function inWords({ code, message }: SignError): string {
  const short = message.replaceAll(/\b([0-9a-f]{16})[0-9a-f]{24,}\b/g, '$1…');
  return STRANGERS.has(code) ? `it is by somebody you did not name (${short})` : short;
}

/** @throws SignError when the signature is wrong, or by somebody who is not trusted. */
function verifiedItem(
  base: Base,
  bundle: Bundle,
  context: EvidenceContext,
): Pick<CheckedStatement, 'item' | 'verified'> {
  const { trust } = context;
  if (trust === null) {
    const detail = 'speaks of these files; who signed it was not checked';
    return { item: { ...base, state: 'not-verified', signer: null, detail }, verified: null };
  }
  const verified = verifyBundle(bundle, trust);
  const times = verified.times.map(({ time }) => time.toISOString());
  const since = times.length === 0 ? '' : `, signed not later than ${times.sort()[0] ?? ''}`;
  const notes = verified.notes.length === 0 ? '' : `; ${verified.notes.join('; ')}`;
  const name = nameOf(verified, context);
  const signer = name === null ? signerText(verified.signer) : `${name}: ${signerText(verified.signer)}`;
  return { item: { ...base, state: 'verified', signer, detail: `speaks of these files${since}${notes}` }, verified };
}

function nameOf({ signer }: VerifiedSigner, { policy }: EvidenceContext): string | null {
  return policy === null ? null : signerName(policy.policy, signer, policy.files);
}

function signerText(signer: VerifiedSigner['signer']): string {
  switch (signer.method) {
    case 'key':
      return `key ${signer.fingerprint.slice(0, 16)}… (${signer.curve})`;
    case 'certificate':
      return `certificate ${signer.subject}`;
    case 'keyless':
      return `${signer.identity}, according to ${signer.issuer}`;
    default:
      return signer satisfies never;
  }
}

/** Who attested a document, word for word; undefined when nobody did whose attestation was verified. */
export function attesterOf(document: unknown, statements: readonly CheckedStatement[]): string | undefined {
  const found = statements.find(
    ({ item, predicate }) => item.state === 'verified' && isDeepStrictEqual(predicate, document),
  );
  return found?.item.signer ?? undefined;
}

/** What of the policy is not met; empty when all of it is, null when there is none. */
export function unmetPolicy(
  statements: readonly CheckedStatement[],
  context: EvidenceContext,
): readonly string[] | null {
  const { policy, trust } = context;
  if (policy === null || trust === null) return null;
  const name = (one: CheckedStatement): string | null => (one.verified === null ? null : nameOf(one.verified, context));
  const signers = statements.flatMap((one) =>
    one.item.kind === 'signature' && one.verified !== null ? [{ name: name(one), signer: one.verified.signer }] : [],
  );
  const attestations = statements.flatMap((one) =>
    one.claim === null || one.verified === null ? [] : [{ claim: one.claim, signer: name(one) }],
  );
  return unmetBy(policy.policy, { signers, attestations, now: trust.now }).map(({ message }) => message);
}
