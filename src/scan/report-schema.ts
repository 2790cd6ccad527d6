import * as z from 'zod';
import { severities } from '../rules/rule.ts';
import { verdicts } from './report.ts';
import type { ScanReport } from './scan-report.ts';

const natural = z.int().nonnegative();
const json = z.record(z.string(), z.unknown());

const location = z.strictObject({
  path: z.string(),
  member: z.string().optional().describe('Members from the outside in, joined by "!/"; absent for the file itself.'),
  offset: natural.optional().describe('Bytes from the start of the innermost member.'),
  length: natural.optional(),
  pointer: z.string().optional().describe('JSON pointer or key inside the document.'),
});

const finding = z.strictObject({
  ruleId: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  message: z.string().describe('What was found here, rendered from the data.'),
  location,
  references: z.array(
    z.strictObject({ kind: z.enum(['CWE', 'CVE', 'GHSA', 'ATLAS', 'OWASP', 'URL']), id: z.string() }),
  ),
  data: json.describe('The evidence; its keys depend on the rule.'),
  occurrences: z.int().positive().describe('How often the same thing was found; the location is the first.'),
  suppressed: z
    .strictObject({ reason: z.string(), expires: z.iso.date().optional(), by: z.enum(['policy', 'baseline']) })
    .optional()
    .describe('Present when the finding is accepted and does not count towards the verdict.'),
});

const coverage = z
  .strictObject({
    bytes: natural,
    structure: natural.describe('Parsed.'),
    payload: natural.describe('Inert data known by its place, such as tensors.'),
    member: natural.describe('Examined as artifacts of their own.'),
    padding: natural,
    unaccounted: natural.describe('Belongs to nothing that was understood.'),
    members: natural,
    membersExamined: natural,
    complete: z.boolean(),
  })
  .describe('How many bytes of the file were understood, and as what.');

const artifact = z.strictObject({
  path: z.string(),
  format: z.string().describe('Format ids, several joined by "+"; "unknown" or "unreadable".'),
  size: natural,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe('Only with --hash, or where a decision depends on it.'),
  verdict: z.enum(verdicts),
  coverage,
  findings: z.array(finding),
  details: json.describe('Facts that are not findings, by name; depends on the format.'),
  milliseconds: z.number().nonnegative(),
});

const summary = z.strictObject({
  artifacts: natural,
  bytes: natural,
  examinedBytes: natural,
  verdicts: z.record(z.enum(verdicts), natural),
  severities: z.record(z.enum(severities), natural),
  suppressed: natural,
  unreadable: natural,
  unreadableTargets: natural,
  skippedFiles: natural,
  milliseconds: z.number().nonnegative(),
});

/** The JSON report. Within one major schema version, keys are only ever added. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal('1.0'),
  tool: z.strictObject({ name: z.literal('vouchsafe'), version: z.string() }),
  startedAt: z.iso.datetime(),
  verdict: z.enum(verdicts).describe('The worst of all artifacts.'),
  summary,
  artifacts: z.array(artifact).describe('One for each file on disk, in the order of the targets.'),
  skipped: z.array(
    z.strictObject({
      path: z.string(),
      reason: z.enum(['git-directory', 'directory-seen']),
      detail: z.string(),
      files: natural,
    }),
  ),
  notes: z.array(z.string()),
});

/** Reads a JSON report. @throws ZodError when it is none of this schema version. */
export function parseReport(text: string): ScanReport {
  return reportSchema.parse(JSON.parse(text)) as ScanReport;
}
