import { createHash } from 'node:crypto';
import * as z from 'zod';
import { readBundle, type Bundle } from './bundle.ts';
import { SignError } from './errors.ts';
import { signLimits } from './limits.ts';
import type { AttestationStatement } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

/** Claims about a signed model: in-toto statements whose subject is the model's root digest. */

export const predicateTypes = {
  testResult: 'https://in-toto.io/attestation/test-result/v0.1',
  provenance: 'https://slsa.dev/provenance/v1',
  cyclonedx: 'https://cyclonedx.org/bom',
  spdx: 'https://spdx.dev/Document',
} as const;

/** What Vouchsafe's conversions are called in SLSA provenance. */
export const CONVERSION_BUILD_TYPE = 'urn:vouchsafe:convert:v1';

type AttestationKind = 'scan' | 'validation' | 'conversion' | 'provenance' | 'cyclonedx' | 'spdx' | 'other';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const descriptor = z.looseObject({
  name: z.string().optional(),
  digest: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

/** in-toto test-result v0.1. */
export const testResultSchema = z.looseObject({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  configuration: z.array(descriptor),
  passedTests: z.array(z.string()).optional(),
  warnedTests: z.array(z.string()).optional(),
  failedTests: z.array(z.string()).optional(),
});

export type TestResult = z.infer<typeof testResultSchema>;

/** As much of SLSA provenance v1 as is looked at. */
const provenanceSchema = z.looseObject({
  buildDefinition: z.looseObject({
    buildType: z.string(),
    resolvedDependencies: z.array(descriptor).optional(),
  }),
  runDetails: z.looseObject({
    builder: z.looseObject({ id: z.string(), version: z.record(z.string(), z.string()).optional() }),
    metadata: z.looseObject({ startedOn: z.string().optional(), finishedOn: z.string().optional() }).optional(),
  }),
});

/** Something a model was made from. */
export interface Dependency {
  readonly name: string;
  /** Null when whoever made the record did not know. */
  readonly sha256: string | null;
}

/** What an attestation says, as far as it is understood. */
export interface AttestationClaim {
  readonly kind: AttestationKind;
  readonly predicateType: string;
  /** Of tests. */
  readonly result: TestResult['result'] | null;
  readonly failed: readonly string[];
  readonly warned: readonly string[];
  readonly tool: { readonly name: string; readonly version: string } | null;
  /** When the work that is attested was done, by the word of whoever signed. ISO 8601. */
  readonly date: string | null;
  readonly dependencies: readonly Dependency[];
}

/** One line of an attestation file: a bundle, or why it is none. */
export type AttestationLine =
  | { readonly line: number; readonly bundle: Bundle; readonly statement: AttestationStatement }
  | { readonly line: number; readonly error: SignError };

/** Reads a file of bundles, one a line. @throws SignError `size-limit`. */
export function readAttestations(content: Uint8Array): AttestationLine[] {
  if (content.length > signLimits.maxAttestationsBytes) {
    throw SignError.of(
      'size-limit',
      `attestations of ${content.length} bytes, ${signLimits.maxAttestationsBytes} allowed`,
    );
  }
  const lines: AttestationLine[] = [];
  for (let begin = 0, line = 1; begin < content.length; line += 1) {
    const newline = content.indexOf(0x0a, begin);
    const end = newline < 0 ? content.length : newline;
    const bytes = content.subarray(begin, end);
    if (lines.length >= signLimits.maxAttestations) {
      throw SignError.of('size-limit', `more than ${signLimits.maxAttestations} attestations`);
    }
    if (bytes.some((byte) => byte > 0x20)) lines.push(readLine(bytes, line));
    begin = end + 1;
  }
  return lines;
}

function readLine(bytes: Uint8Array, line: number): AttestationLine {
  try {
    const bundle = readBundle(bytes);
    if (bundle.statement.kind === 'attestation') return { line, bundle, statement: bundle.statement };
    throw SignError.of('attestation-invalid', 'it is a signature of a model, not an attestation');
  } catch (error) {
    if (error instanceof SignError) return { line, error };
    throw error;
  }
}

/** A model as an attestation names it. */
export interface AttestedSubject {
  readonly rootDigest: string;
  readonly manifestSha256: string;
}

/**
 * Whether a statement is about a model: by its names too where it says them. Whoever attests without them (other
 * programs do) speaks of contents, under whatever names.
 */
export function isAbout(
  { subjects }: AttestationStatement,
  { rootDigest, manifestSha256 }: AttestedSubject,
): 'files' | 'contents' | null {
  const same = subjects.filter((one) => one.sha256 === rootDigest);
  if (same.some((one) => one.manifestSha256 === manifestSha256)) return 'files';
  return same.some((one) => one.manifestSha256 === undefined) ? 'contents' : null;
}

/** What a statement claims. @throws SignError `attestation-invalid` when its predicate is not what its type says. */
export function claimOf({ predicateType, predicate }: AttestationStatement): AttestationClaim {
  const base: AttestationClaim = {
    kind: 'other',
    predicateType,
    result: null,
    failed: [],
    warned: [],
    tool: null,
    date: null,
    dependencies: [],
  };
  switch (predicateType) {
    case predicateTypes.testResult:
      return { ...base, ...testClaim(checked(testResultSchema, predicate)) };
    case predicateTypes.provenance:
      return { ...base, ...provenanceClaim(checked(provenanceSchema, predicate)) };
    case predicateTypes.cyclonedx:
      return { ...base, kind: 'cyclonedx' };
    case predicateTypes.spdx:
      return { ...base, kind: 'spdx' };
    default:
      return base;
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function testClaim(test: TestResult): Partial<AttestationClaim> {
  const [first] = test.configuration;
  const annotations = first?.annotations ?? {};
  const name = textOf(annotations['tool']);
  return {
    kind: annotations['kind'] === 'scan' ? 'scan' : 'validation',
    result: test.result,
    failed: test.failedTests ?? [],
    warned: test.warnedTests ?? [],
    tool: name === null ? null : { name, version: textOf(annotations['toolVersion']) ?? '' },
    date: textOf(annotations['startedAt']),
  };
}

function provenanceClaim({ buildDefinition, runDetails }: z.infer<typeof provenanceSchema>): Partial<AttestationClaim> {
  const [tool] = Object.entries(runDetails.builder.version ?? {});
  return {
    kind: buildDefinition.buildType === CONVERSION_BUILD_TYPE ? 'conversion' : 'provenance',
    tool: tool === undefined ? null : { name: tool[0], version: tool[1] },
    date: runDetails.metadata?.finishedOn ?? runDetails.metadata?.startedOn ?? null,
    dependencies: (buildDefinition.resolvedDependencies ?? []).map((one) => ({
      name: one.name ?? '',
      sha256: sha256.safeParse(one.digest?.['sha256']).data ?? null,
    })),
  };
}

function checked<T>(schema: z.ZodType<T>, predicate: unknown): T {
  const parsed = schema.safeParse(predicate);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw SignError.of('attestation-invalid', `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** A document to be attested: what it says, and its digest. */
export interface AttestedDocument {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function documentDigest({ bytes }: AttestedDocument): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws SignError `attestation-invalid`, `size-limit`. */
export function parseDocument({ name, bytes }: AttestedDocument): unknown {
  if (bytes.length > signLimits.maxPredicateBytes) {
    throw SignError.of('size-limit', `${name} has ${bytes.length} bytes, ${signLimits.maxPredicateBytes} allowed`);
  }
  return parseStrictJson(bytes, { code: 'attestation-invalid', what: name });
}
