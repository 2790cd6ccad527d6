import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import * as z from 'zod';
import type { AttestationClaim } from './attestation.ts';
import { problemOf, SignError, type Problem } from './errors.ts';
import { isIdentity, type SignerIdentity } from './verify-bundle.ts';

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const name = z.string().min(1);

const signer = z
  .strictObject({
    name: name.describe('How the rest of the policy and reports call this signer; may occur several times.'),
    key: z
      .strictObject({
        file: z.string().min(1).optional().describe('Public key in PEM; a path from the policy file.'),
        fingerprint: fingerprint.optional().describe('SHA-256 of the PEM text of the public key.'),
      })
      .refine((one) => one.file !== undefined || one.fingerprint !== undefined, 'name a file, a fingerprint, or both')
      .optional(),
    certificate: z
      .strictObject({
        roots: z.string().min(1).describe('Root certificates in PEM; a path from the policy file.'),
        subject: z.string().min(1).optional().describe('As `verify` shows it, such as "O=Example, CN=models".'),
        fingerprint: fingerprint.optional().describe('SHA-256 of the certificate.'),
      })
      .optional(),
    keyless: z
      .strictObject({
        identity: z.string().min(1).describe('E-mail address or URI; * stands for any characters but /.'),
        issuer: z.string().min(1).describe('OpenID Connect issuer, compared exactly.'),
      })
      .optional(),
  })
  .refine(
    ({ key, certificate, keyless }) => [key, certificate, keyless].filter((one) => one !== undefined).length === 1,
    'expected exactly one of key, certificate, keyless',
  );

const requirement = z.strictObject({
  type: z
    .string()
    .min(1)
    .describe('scan, validation, conversion, provenance, cyclonedx, spdx, or the URI of a predicate type.'),
  results: z
    .array(z.enum(['PASSED', 'WARNED', 'FAILED']))
    .min(1)
    .optional()
    .describe('Results that are accepted, for scan and validation; default: PASSED only.'),
  maxAgeDays: z.number().positive().optional().describe('Counted from when the work was done, as attested.'),
  tool: z
    .strictObject({
      name: z.string().min(1),
      minVersion: z
        .string()
        .regex(/^\d+(\.\d+){0,3}$/)
        .optional(),
    })
    .optional(),
  signers: z.array(name).min(1).optional().describe('Who must have attested; default: anyone in `signers`.'),
});

/** The signing policy file. Unknown keys are errors: a mistyped key that is ignored is a policy that is not applied. */
export const signingPolicySchema = z.strictObject({
  signers: z.array(signer).min(1).describe('Who may sign models and attestations.'),
  threshold: z.int().positive().default(1).describe('How many different signers must have signed the model.'),
  modelSigners: z.array(name).min(1).optional().describe('Who of them may sign models; default: all.'),
  trustedRoot: z.string().min(1).optional().describe('Sigstore trusted root; a path from the policy file.'),
  attestations: z.array(requirement).default([]).describe('Attestations that must be there.'),
  ignorePaths: z.array(z.string().min(1)).default([]).describe('Paths that no signature needs to cover.'),
});

export type SigningPolicy = z.infer<typeof signingPolicySchema>;
type PolicySigner = SigningPolicy['signers'][number];
type AttestationRequirement = SigningPolicy['attestations'][number];

/**
 * Reads a signing policy (YAML 1.2; JSON is YAML).
 * @throws SignError `policy-malformed` with line and column of everything that is wrong with it.
 */
export function parseSigningPolicy(text: string, file: string): SigningPolicy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number): string => `${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
  const fail = (messages: readonly string[]): SignError =>
    SignError.of('policy-malformed', messages.map((one) => `${file}:${one}`).join('\n'));
  if (document.errors.length > 0) throw fail(document.errors.map((one) => `${at(one.pos[0])}: ${one.message}`));
  const parsed = signingPolicySchema.safeParse(plainValue(document, file) ?? {});
  if (!parsed.success) {
    throw fail(
      parsed.error.issues.map(
        ({ path, message }) => `${at(offsetOf(document, path))}: ${path.map(String).join('.')}: ${message}`,
      ),
    );
  }
  const unknown = unknownNames(parsed.data);
  if (unknown.length > 0) throw fail(unknown.map((one) => `1:1: no signer is called ${one}`));
  return parsed.data;
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw SignError.of('policy-malformed', `${file}: ${error instanceof Error ? error.message : 'unreadable'}`, error);
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}

function unknownNames({ signers, modelSigners = [], attestations }: SigningPolicy): string[] {
  const known = new Set(signers.map((one) => one.name));
  const used = [...modelSigners, ...attestations.flatMap((one) => one.signers ?? [])];
  return used.filter((one) => !known.has(one));
}

/**
 * Fingerprints of what is in the files a policy names, by the place of the signer in its list: a name may stand there
 * several times, for somebody with several keys.
 */
export interface PolicyFiles {
  readonly keys: ReadonlyMap<number, string>;
  /** An authority that is trusted for one signer must not be able to make another. */
  readonly roots: ReadonlyMap<number, readonly string[]>;
}

/** The name a policy has for a verified signer, or null. */
export function signerName(policy: SigningPolicy, found: SignerIdentity, files: PolicyFiles): string | null {
  return policy.signers.find((one, place) => isSigner(one, found, filesAt(files, place)))?.name ?? null;
}

interface SignerFiles {
  readonly key: string | undefined;
  readonly roots: readonly string[];
}

function filesAt({ keys, roots }: PolicyFiles, place: number): SignerFiles {
  return { key: keys.get(place), roots: roots.get(place) ?? [] };
}

function isSigner(wanted: PolicySigner, found: SignerIdentity, { key, roots }: SignerFiles): boolean {
  if (found.method === 'keyless') return wanted.keyless !== undefined && isIdentity(wanted.keyless, found);
  if (found.method === 'certificate') return isCertificate(wanted.certificate, found, roots);
  return wanted.key !== undefined && (wanted.key.fingerprint ?? key) === found.fingerprint;
}

function isCertificate(
  wanted: PolicySigner['certificate'],
  found: Extract<SignerIdentity, { method: 'certificate' }>,
  roots: readonly string[],
): boolean {
  if (wanted === undefined || !roots.includes(found.rootFingerprint)) return false;
  const { subject, fingerprint: print } = wanted;
  return (subject ?? found.subject) === found.subject && (print ?? found.fingerprint) === found.fingerprint;
}

/** An attestation that was verified, and who made it. */
export interface KnownAttestation {
  readonly claim: AttestationClaim;
  /** By the policy's name. */
  readonly signer: string | null;
}

/** Who signed a model, as a policy counts them. */
export interface KnownSigner {
  /** By the policy's name; null for somebody it does not know. */
  readonly name: string | null;
  readonly signer: SignerIdentity;
}

/** One person under two names, and one key by itself and in a certificate, are not two signers. */
function countedOf(signers: readonly KnownSigner[], allowed: readonly string[]): Set<string> {
  const names = new Set<string>();
  const keys = new Set<string>();
  for (const { name, signer } of signers) {
    const key = keyOf(signer);
    if (name === null || !allowed.includes(name) || keys.has(key)) continue;
    names.add(name);
    keys.add(key);
  }
  return names;
}

/** Keys of keyless signatures are made for each: there the identity is what lasts. */
function keyOf(signer: SignerIdentity): string {
  if (signer.method === 'keyless') return `${signer.issuer} ${signer.identity}`;
  return signer.method === 'key' ? signer.fingerprint : signer.keyFingerprint;
}

/** What of a policy is not met by the signers of the model and its attestations. */
export function unmetBy(
  policy: SigningPolicy,
  given: {
    readonly signers: readonly KnownSigner[];
    readonly attestations: readonly KnownAttestation[];
    readonly now: Date;
  },
): Problem[] {
  const allowed = policy.modelSigners ?? policy.signers.map((one) => one.name);
  const counted = countedOf(given.signers, allowed);
  const problems: Problem[] = [];
  if (counted.size < policy.threshold) {
    const found = counted.size === 0 ? 'none' : [...counted].join(', ');
    problems.push(unmet(`${policy.threshold} of ${allowed.join(', ')} must have signed, found ${found}`));
  }
  for (const wanted of policy.attestations) {
    const reasons = given.attestations
      .filter(({ claim }) => isOfType(claim, wanted.type))
      .map((one) => whyNot(wanted, one, given.now));
    if (reasons.includes(null)) continue;
    const detail = reasons.length === 0 ? 'there is none' : reasons.join('; ');
    problems.push(unmet(`an attestation of type ${wanted.type} is required: ${detail}`));
  }
  return problems;
}

/** Why an attestation of the right type does not meet a requirement, or null when it does. */
function whyNot(wanted: AttestationRequirement, { claim, signer: by }: KnownAttestation, now: Date): string | null {
  if (by === null) return 'its signer is not in the policy';
  if (wanted.signers !== undefined && !wanted.signers.includes(by)) return `it is by ${by}`;
  return otherResult(wanted, claim) ?? tooOld(wanted, claim, now) ?? otherTool(wanted, claim);
}

/** `other` is a word for what is not understood, not a type that could be asked for. */
function isOfType({ kind, predicateType }: AttestationClaim, type: string): boolean {
  return predicateType === type || (kind !== 'other' && kind === type);
}

function otherResult({ results }: AttestationRequirement, { result }: AttestationClaim): string | null {
  if (result === null) return results === undefined ? null : 'it has no result';
  return (results ?? ['PASSED']).includes(result) ? null : `its result is ${result}`;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Clocks differ a little; a date further ahead would keep an attestation young for ever. */
const MAX_CLOCK_SKEW_MILLISECONDS = 10 * 60 * 1000;

function tooOld({ maxAgeDays }: AttestationRequirement, { date }: AttestationClaim, now: Date): string | null {
  if (maxAgeDays === undefined) return null;
  const age = now.getTime() - Date.parse(date ?? '');
  if (Number.isNaN(age)) return 'it does not say when it was made';
  if (age < -MAX_CLOCK_SKEW_MILLISECONDS) return `it is dated in the future, ${date ?? ''}`;
  return age > maxAgeDays * DAY_MILLISECONDS ? `it is from ${date ?? ''}, more than ${maxAgeDays} days ago` : null;
}

function otherTool({ tool: wanted }: AttestationRequirement, { tool }: AttestationClaim): string | null {
  if (wanted === undefined) return null;
  if (tool?.name !== wanted.name) return `it was made with ${tool?.name ?? 'no tool that it names'}`;
  if (wanted.minVersion === undefined || isAtLeast(tool.version, wanted.minVersion)) return null;
  return `it was made with ${tool.name} ${tool.version}, older than ${wanted.minVersion}`;
}

/** Compares the numbers of dotted versions; what is no number counts as older. */
function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [index, number] of (want ?? []).entries()) {
    const other = have?.[index] ?? 0;
    if (Number.isNaN(other)) return false;
    if (other !== number) return other > number;
  }
  return true;
}

function unmet(detail: string): Problem {
  return problemOf('policy-unmet', detail);
}
