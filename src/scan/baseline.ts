import * as z from 'zod';
import { ConfigError } from './config-error.ts';
import { fingerprintOf, type AcceptedFinding, type BaselineFile, type Digest } from './fingerprint.ts';
import type { ArtifactReport, Finding } from './report.ts';

const entrySchema = z.strictObject({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  ruleId: z.string(),
  path: z.string(),
  member: z.string().optional(),
  message: z.string(),
  occurrences: z.int().positive(),
  /** Present when the baseline was written with `--hash`: then it holds for exactly these bytes. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  created: z.iso.date(),
});

const baselineSchema = z.strictObject({
  schemaVersion: z.literal('1.0'),
  findings: z.array(entrySchema),
});

/** @throws ConfigError naming `file` when the text is not a baseline. */
export function parseBaseline(text: string, file: string): BaselineFile {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw ConfigError.of({ file, problems: [{ message: 'not JSON' }] }, cause);
  }
  const result = baselineSchema.safeParse(raw);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({ message: `${issue.path.join('.')}: ${issue.message}` }));
  throw ConfigError.of({ file, problems });
}

/** A baseline of every finding that counts, keeping the dates of what `previous` already accepted. */
export function baselineOf(
  artifacts: readonly ArtifactReport[],
  options: { readonly digest: Digest; readonly now: Date; readonly previous?: BaselineFile | undefined },
): BaselineFile {
  const known = new Map(options.previous?.findings.map((entry) => [entry.fingerprint, entry.created]));
  const today = options.now.toISOString().slice(0, 10);
  const entries = artifacts.flatMap((artifact) =>
    artifact.findings
      .filter((finding) => finding.suppressed?.by !== 'policy')
      .map((finding) => entryOf(finding, artifact, options.digest)),
  );
  return {
    schemaVersion: '1.0',
    findings: entries.map((entry) => ({ ...entry, created: known.get(entry.fingerprint) ?? today })),
  };
}

function entryOf(finding: Finding, artifact: ArtifactReport, digest: Digest): Omit<AcceptedFinding, 'created'> {
  const { member } = finding.location;
  return {
    fingerprint: fingerprintOf(finding, digest),
    ruleId: finding.ruleId,
    path: finding.location.path,
    ...(member === undefined ? {} : { member }),
    message: finding.message,
    occurrences: finding.occurrences,
    ...(artifact.sha256 === undefined ? {} : { sha256: artifact.sha256 }),
  };
}
