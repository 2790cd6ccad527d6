import * as z from 'zod';
import { severities } from '../rules/rule.ts';
import { verdicts } from '../scan/report.ts';

const natural = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `measured`: found out by this run. `stated`: a file says so, and it is as true as that file. */
const origins = ['measured', 'stated'] as const;
export type OriginKind = (typeof origins)[number];

const answers = ['yes', 'conditionally', 'not-yet', 'no'] as const;
/** May the model be used, as far as its files tell? */
export type Answer = (typeof answers)[number];

export const weights = ['blocks', 'undecided', 'open', 'supports'] as const;

const reason = z.strictObject({
  code: z.string(),
  weight: z
    .enum(weights)
    .describe(
      '`blocks` makes the answer no, `undecided` not-yet, `open` conditionally; `supports` speaks for the model.',
    ),
  text: z.string(),
  origin: z.enum(origins),
});

const file = z.strictObject({
  path: z.string(),
  size: natural,
  sha256,
  format: z.string(),
  verdict: z.enum(verdicts),
  accountedBytes: natural.describe('Bytes that were understood as something.'),
  signed: z.boolean().nullable().describe('Covered by the signature file; null without one.'),
});

const place = z.strictObject({ path: z.string(), member: z.string().optional(), detail: z.string() });

const finding = z.strictObject({
  ruleId: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  why: z.string().nullable(),
  fix: z.string().nullable(),
  references: z.array(z.strictObject({ id: z.string(), url: z.string().nullable() })),
  places: z.array(place).describe('At most 20.'),
  morePlaces: natural,
  accepted: z.string().nullable().describe('Who accepted it and why, when somebody did.'),
});

const checkedFile = z.strictObject({
  path: z.string(),
  size: natural,
  sha256: sha256.nullable(),
  state: z.enum(['same', 'differs', 'missing', 'no-digest']).describe('Against the file as it is now.'),
});

const conversion = z.strictObject({
  file: z.string(),
  tool: z.string(),
  createdAt: z.string().nullable(),
  sources: z.array(
    z.strictObject({ path: z.string(), size: natural, sha256: sha256.nullable(), format: z.string().nullable() }),
  ),
  outputs: z.array(checkedFile),
  tensors: natural,
  dropped: natural,
  omitted: natural,
  refused: natural,
  leftOut: z.array(z.string()),
  changed: z.array(z.string()),
  notes: z.array(z.string()),
});

const cleaning = z.strictObject({
  file: z.string(),
  tool: z.string().nullable(),
  createdAt: z.string().nullable(),
  files: z.array(checkedFile).describe('Those that were cleaned.'),
  changes: z.array(z.strictObject({ path: z.string(), place: z.string(), was: z.string(), did: z.string() })),
  moreChanges: natural,
});

const evidence = z.strictObject({
  file: z.string(),
  kind: z.enum(['signature', 'attestation', 'bill of materials']),
  what: z.string().describe('Kind of statement: a predicate type, a schema.'),
  state: z.enum(['verified', 'not-verified', 'invalid']),
  signer: z.string().nullable(),
  detail: z.string(),
});

const bom = z.strictObject({
  licences: z.array(z.string()),
  licenceFiles: z.array(z.string()),
  datasets: z.array(z.string()),
  baseModels: z.array(z.string()),
  task: z.string().nullable(),
  architecture: z.string().nullable(),
  weights: z.array(
    z.strictObject({
      format: z.string(),
      tensors: natural,
      parameters: natural,
      bytes: natural,
      dtypes: z.array(z.string()),
    }),
  ),
  templates: z.array(z.strictObject({ path: z.string(), name: z.string(), sha256 })),
});

const sealed = z.strictObject({
  path: z.string(),
  recipients: z.array(z.string()).describe('Kinds of recipients, as the header lists them.'),
});

const openPoint = z.strictObject({ code: z.string(), text: z.string(), todo: z.string() });

/** The assurance report. Within one major schema version, keys are only ever added. */
export const assuranceSchema = z.strictObject({
  schemaVersion: z.literal('1.0'),
  tool: z.strictObject({ name: z.literal('vouchsafe'), version: z.string() }),
  createdAt: z.iso.datetime(),
  subject: z.strictObject({
    path: z.string(),
    name: z.string(),
    version: z.string().nullable(),
    rootDigest: sha256.nullable(),
    rootDigestSource: z.enum(['computed', 'signed']).nullable(),
    files: natural,
    bytes: natural,
  }),
  answer: z.enum(answers),
  reasons: z.array(reason).describe('The weightiest first.'),
  verdict: z.enum(verdicts),
  files: z.array(file),
  skipped: z.array(z.string()),
  findings: z.array(finding),
  conversion: conversion.nullable(),
  cleaning: cleaning.nullable(),
  evidence: z.array(evidence),
  bom,
  sealed: z.array(sealed),
  open: z.array(openPoint),
  commands: z.array(z.strictObject({ what: z.string(), command: z.string() })).describe('How to check it again.'),
  notes: z.array(z.string()),
});

export type AssuranceReport = z.infer<typeof assuranceSchema>;
export type Reason = AssuranceReport['reasons'][number];
export type OpenPoint = AssuranceReport['open'][number];
export type EvidenceItem = AssuranceReport['evidence'][number];
export type AssuranceFinding = AssuranceReport['findings'][number];
