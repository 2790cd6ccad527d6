import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  claimOf,
  isAbout,
  parseDocument,
  readAttestations,
  type AttestationClaim,
  type AttestationLine,
  type AttestedSubject,
} from '../../sign/attestation.ts';
import { readBundle } from '../../sign/bundle.ts';
import { problemOf, SignError, type Problem } from '../../sign/errors.ts';
import { signLimits } from '../../sign/limits.ts';
import { evidenceNames } from '../../sign/manifest.ts';
import type { AttestationStatement } from '../../sign/statement.ts';
import { verifyBundle, type Trust, type VerifiedSigner } from '../../sign/verify-bundle.ts';
import { isSameFile } from '../write-file.ts';
import { evidencePath } from './build-manifest.ts';
import { readIfThere } from './read-small-file.ts';

/** One attestation, as far as it could be checked. */
export interface CheckedAttestation {
  readonly line: number;
  /** Null when it was not verified; then `problem` says why. */
  readonly signer: VerifiedSigner | null;
  /** The policy's name of the signer. */
  readonly name: string | null;
  /** Null when the statement could not be read. */
  readonly claim: AttestationClaim | null;
  readonly problem: Problem | null;
  /** It speaks of contents, and does not say under which names. */
  readonly isNameless: boolean;
}

export interface EvidenceOptions {
  readonly isFolder: boolean;
  readonly subject: AttestedSubject;
  readonly trust: Trust;
  readonly nameOf: (verified: VerifiedSigner) => string | null;
  /** Attestations of strangers are a problem, not a note. */
  readonly mustHold: boolean;
  /** Names of evidence that the verifier ignores. */
  readonly ignored: ReadonlySet<string>;
  /** Evidence that the model's own signature covers. */
  readonly signed: ReadonlySet<string>;
  readonly ignoreUnsignedFiles: boolean;
  /** The signatures that were verified. */
  readonly signatureFiles: readonly string[];
}

export interface EvidenceCheck {
  readonly attestations: readonly CheckedAttestation[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Signed by somebody who is not trusted here: no fault of the attestation, and no reason to believe it. */
const STRANGERS: ReadonlySet<string> = new Set([
  'key-mismatch',
  'method-mismatch',
  'identity-mismatch',
  'certificate-untrusted',
]);

/**
 * Checks what lies beside a model and is not in its manifest: every attestation's signature and subject, and that the
 * bills of materials are the attested ones.
 * @throws ReadError, SignError `size-limit`.
 */
export function checkEvidence(target: string, options: EvidenceOptions): EvidenceCheck {
  const place = evidencePath(target, options.isFolder, 'attestations');
  const bytes = isRegular(place) ? readIfThere(place, signLimits.maxAttestationsBytes) : null;
  const lines = bytes === null ? [] : readAttestations(bytes);
  const checked = lines.map((line) => checkLine(line, options));
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const { line, problem, isNameless } of checked) {
    if (isNameless) notes.push(`attestation ${line}: it speaks of the contents of files, not of their names`);
    if (problem === null) continue;
    const text = `attestation ${line}: ${problem.message}`;
    if (!options.mustHold && STRANGERS.has(problem.code)) notes.push(`${text}; it was not believed`);
    else problems.push({ code: problem.code, message: text });
  }
  const held = lines.filter((_, index) => checked[index]?.problem === null);
  for (const kind of ['cyclonedx', 'spdx'] as const) problems.push(...checkDocument(target, kind, held, options));
  problems.push(...checkOtherSignature(target, options));
  return { attestations: checked, problems, notes };
}

function checkLine(line: AttestationLine, options: EvidenceOptions): CheckedAttestation {
  const base = { line: line.line, signer: null, name: null, claim: null, isNameless: false };
  if ('error' in line) return { ...base, problem: line.error.problem };
  let claim: AttestationClaim | null = null;
  try {
    const verified = verifyBundle(line.bundle, options.trust);
    claim = claimOf(line.statement);
    const about = isAbout(line.statement, options.subject);
    if (about === null) throw otherSubject(line.statement, options.subject);
    const isNameless = about === 'contents';
    return { ...base, signer: verified, name: options.nameOf(verified), claim, problem: null, isNameless };
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    return { ...base, claim, problem: error.problem };
  }
}

function otherSubject({ subjects }: AttestationStatement, { rootDigest }: AttestedSubject): SignError {
  const digests = subjects.map(({ sha256 }) => sha256);
  const detail = digests.includes(rootDigest)
    ? 'it is about the same contents under other names'
    : `it is about ${digests.join(', ')}`;
  return SignError.of('attestation-subject', detail);
}

/** A bill of materials must be one that was attested; beside the others it would be a document anybody could change. */
function checkDocument(
  target: string,
  kind: 'cyclonedx' | 'spdx',
  held: readonly AttestationLine[],
  options: EvidenceOptions,
): Problem[] {
  const file = evidencePath(target, options.isFolder, kind);
  const name = evidenceNames[kind];
  if (options.ignoreUnsignedFiles || options.ignored.has(name) || options.signed.has(name)) return [];
  const bytes = isRegular(file) ? readIfThere(file, signLimits.maxPredicateBytes) : null;
  if (bytes === null) return [];
  try {
    const document = parseDocument({ name: file, bytes });
    const isAttested = held.some(
      (line) => 'statement' in line && isDeepStrictEqual(line.statement.predicate, document),
    );
    return isAttested ? [] : [problemOf('evidence-unverified', `${file}; attest it, or --ignore-paths it`)];
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    return [error.problem];
  }
}

/** Under the name of a signature lies at least a signature of a model, even if by somebody who was not asked about. */
function checkOtherSignature(target: string, options: EvidenceOptions): Problem[] {
  const { isFolder, ignored, signed, ignoreUnsignedFiles, signatureFiles } = options;
  const name = evidenceNames.signature;
  const file = evidencePath(target, isFolder, 'signature');
  if (!isFolder || ignoreUnsignedFiles || ignored.has(name) || signed.has(name)) return [];
  if (signatureFiles.some((one) => isSameFile(one, file))) return [];
  const bytes = isRegular(file) ? readIfThere(file, signLimits.maxBundleBytes) : null;
  if (bytes === null) return [];
  try {
    if (readBundle(bytes).statement.kind === 'model') return [];
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
  }
  return [problemOf('evidence-unverified', `${file} is no signature of a model`)];
}

/** A folder of an evidence file's name is no evidence, and was found among the files of the model. */
function isRegular(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
