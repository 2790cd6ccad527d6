import * as z from 'zod';
import {
  CONVERSION_BUILD_TYPE,
  documentDigest,
  parseDocument,
  predicateTypes,
  testResultSchema,
  type AttestedDocument,
  type TestResult,
} from './attestation.ts';
import { SignError } from './errors.ts';
import type { Manifest } from './manifest.ts';

/** Builds what attestations say from the documents they are made of, and checks that these are about the model. */

export interface Predicate {
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** What a document is checked against. */
export interface AttestedModel {
  readonly manifest: Manifest;
  readonly rootDigest: string;
  /** Sizes of the files in bytes, by path. */
  readonly sizes: ReadonlyMap<string, number>;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** The part of a scan report that is attested or compared; the report's own schema is the scanner's. */
const reportSchema = z.object({
  schemaVersion: z.literal('1.0'),
  tool: z.object({ name: z.string(), version: z.string() }),
  startedAt: z.string(),
  verdict: z.enum(['clean', 'suspicious', 'malicious', 'inconclusive']),
  artifacts: z.array(
    z.object({
      path: z.string(),
      size: z.number(),
      sha256: digest.optional(),
      format: z.string(),
      findings: z.array(z.object({ ruleId: z.string(), severity: z.string(), suppressed: z.unknown().optional() })),
    }),
  ),
});

type Report = z.infer<typeof reportSchema>;

const RESULTS = { clean: 'PASSED', inconclusive: 'WARNED', suspicious: 'FAILED', malicious: 'FAILED' } as const;
const FAILING: ReadonlySet<string> = new Set(['critical', 'high']);

/** A scan as an in-toto test result. @throws SignError `report-mismatch` when it is not about these files. */
export function scanPredicate(document: AttestedDocument, model: AttestedModel): Predicate {
  const report = parsed(reportSchema, document, 'a scan report in JSON');
  const matchedBy = matchReport(report, model);
  const open = report.artifacts.flatMap(({ findings }) => findings.filter((one) => one.suppressed === undefined));
  const rulesOf = (isFailing: boolean): string[] =>
    [...new Set(open.filter((one) => FAILING.has(one.severity) === isFailing).map((one) => one.ruleId))].sort();
  const predicate: TestResult = {
    result: RESULTS[report.verdict],
    configuration: [
      {
        name: document.name,
        digest: { sha256: documentDigest(document) },
        annotations: {
          kind: 'scan',
          tool: report.tool.name,
          toolVersion: report.tool.version,
          startedAt: report.startedAt,
          verdict: report.verdict,
          matchedBy,
        },
      },
    ],
    passedTests: [],
    warnedTests: rulesOf(false),
    failedTests: rulesOf(true),
  };
  return { predicateType: predicateTypes.testResult, predicate };
}

/**
 * Every file of the model has to be in the report, under one common folder: by its SHA-256 where both sides have it,
 * else by its size.
 */
function matchReport(report: Report, model: AttestedModel): 'sha256' | 'size' {
  const byPath = new Map(report.artifacts.map((one) => [one.path, one]));
  const paths = [...model.sizes.keys()];
  const prefix = commonPrefix(report, paths);
  const digests = wholeFileDigests(model.manifest);
  let isBySize = false;
  for (const path of paths) {
    const artifact = byPath.get(`${prefix}${path}`);
    if (artifact === undefined) throw SignError.of('report-mismatch', `${path} was not scanned`);
    if (artifact.format === 'unreadable')
      throw SignError.of('report-mismatch', `${path} could not be read when scanned`);
    const expected = digests.get(path);
    if (artifact.sha256 !== undefined && expected !== undefined) {
      if (artifact.sha256 !== expected)
        throw SignError.of('report-mismatch', `${path} has another SHA-256 in the report`);
    } else if (artifact.size === model.sizes.get(path)) isBySize = true;
    else throw SignError.of('report-mismatch', `${path} has another size in the report`);
  }
  return isBySize ? 'size' : 'sha256';
}

function wholeFileDigests({ resources, serialization }: Manifest): Map<string, string> {
  if (serialization.method !== 'files' || serialization.hashType !== 'sha256') return new Map();
  return new Map(resources.map(({ name, digest }) => [name, digest]));
}

/** What the report's paths have before the model's: the folder that was scanned, as it was typed. */
function commonPrefix({ artifacts }: Report, paths: readonly string[]): string {
  const [first = ''] = paths;
  const known = new Set(artifacts.map(({ path }) => path));
  const candidates = artifacts
    .map(({ path }) => path)
    .filter((path) => path === first || path.endsWith(`/${first}`))
    .map((path) => path.slice(0, path.length - first.length));
  const prefix = candidates.find((one) => paths.every((path) => known.has(`${one}${path}`)));
  if (prefix !== undefined) return prefix;
  if (candidates[0] !== undefined) return candidates[0];
  throw SignError.of('report-mismatch', `${first} was not scanned`);
}

/** The part of a conversion record that becomes provenance; the record's own schema is the converter's. */
const recordSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }),
  createdAt: z.string(),
  options: z.unknown().optional(),
  sources: z.array(
    z.object({ path: z.string(), sha256: digest.nullable(), size: z.number(), format: z.string().optional() }),
  ),
  outputs: z.array(z.object({ path: z.string(), size: z.number(), sha256: digest.nullable() })),
});

/** A conversion as SLSA provenance. @throws SignError `report-mismatch` when its outputs are not these files. */
export function conversionPredicate(document: AttestedDocument, model: AttestedModel): Predicate {
  const record = parsed(recordSchema, document, 'a conversion record');
  const digests = wholeFileDigests(model.manifest);
  for (const { path, size, sha256 } of record.outputs) {
    const expected = digests.get(path);
    if (!model.sizes.has(path)) throw SignError.of('report-mismatch', `${path} was written, but is not in the model`);
    const isOther = sha256 !== null && expected !== undefined ? sha256 !== expected : size !== model.sizes.get(path);
    if (isOther) throw SignError.of('report-mismatch', `${path} is not as it was written`);
  }
  const predicate = {
    buildDefinition: {
      buildType: CONVERSION_BUILD_TYPE,
      externalParameters: record.options ?? {},
      resolvedDependencies: record.sources.map(({ path, sha256, size, format }) => ({
        name: path,
        ...(sha256 === null ? {} : { digest: { sha256 } }),
        annotations: { size, ...(format === undefined ? {} : { format }) },
      })),
    },
    runDetails: {
      builder: { id: `urn:${record.tool.name}:convert`, version: { [record.tool.name]: record.tool.version } },
      metadata: { finishedOn: record.createdAt },
      byproducts: [{ name: document.name, digest: { sha256: documentDigest(document) } }],
    },
  };
  return { predicateType: predicateTypes.provenance, predicate };
}

/** A bill of materials, as it is. @throws SignError when it is neither CycloneDX nor SPDX. */
export function bomPredicate(document: AttestedDocument): Predicate {
  const value = parseDocument(document) as Readonly<Record<string, unknown>> | null;
  if (value?.['bomFormat'] === 'CycloneDX') return { predicateType: predicateTypes.cyclonedx, predicate: value };
  const isSpdx =
    typeof value?.['spdxVersion'] === 'string' || JSON.stringify(value?.['@context'] ?? '').includes('spdx');
  if (isSpdx) return { predicateType: predicateTypes.spdx, predicate: value };
  throw SignError.of('attestation-invalid', `${document.name} is neither a CycloneDX nor an SPDX document`);
}

/** The result of tests of any kind, in the form of in-toto's test-result predicate. @throws SignError. */
export function validationPredicate(document: AttestedDocument): Predicate {
  const predicate = parsed(testResultSchema, document, 'a test result (result, configuration, failedTests …)');
  // Nobody has compared it with the files, as is done with reports of scans.
  if (predicate.configuration.some(({ annotations }) => annotations?.['kind'] === 'scan')) {
    throw SignError.of('attestation-invalid', `${document.name} calls itself a scan; attest the report of the scan`);
  }
  return { predicateType: predicateTypes.testResult, predicate };
}

/** Any other predicate. @throws SignError `attestation-invalid` when the type is no URI. */
export function customPredicate(predicateType: string, document: AttestedDocument): Predicate {
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(predicateType)) {
    throw SignError.of('attestation-invalid', `the predicate type ${predicateType} is not a URI`);
  }
  return { predicateType, predicate: parseDocument(document) };
}

function parsed<T>(schema: z.ZodType<T>, document: AttestedDocument, what: string): T {
  const result = schema.safeParse(parseDocument(document));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw SignError.of('attestation-invalid', `${document.name} is not ${what}: ${where}: ${issue?.message ?? ''}`);
}
