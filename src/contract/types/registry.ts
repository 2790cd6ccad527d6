import { z } from 'zod';
import { comment, id, label, principal, time } from './common.ts';
import { classification } from './people.ts';
import { MAX_PATH_BYTES, pathFault } from './portable-names.ts';

const NAME_PART = '[A-Za-z0-9][A-Za-z0-9._-]{0,95}';

/** As on a hub: a namespace and a name, or only a name. */
export const modelName = z
  .string()
  .regex(new RegExp(`^(?:${NAME_PART}/)?${NAME_PART}$`), 'expected NAMESPACE/NAME of letters, digits, dots, dashes')
  .refine(
    (name) => !/\.\.|--|[.-](?:\/|$)|\.git(?:\/|$)/i.test(name),
    'expected no "..", no "--", no ".git" at the end',
  );

/** Path of a file below its version, `/` between parts: what `portable-names.ts` says. */
export const filePath = z
  .string()
  .min(1)
  .max(MAX_PATH_BYTES)
  .superRefine((path, context) => {
    const reason = pathFault(path);
    if (reason !== undefined) context.addIssue({ code: 'custom', message: `it ${reason}` });
  });

/** `sha256:` and 64 hexadecimal digits. */
export const contentDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits');

export const tag = z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,63}$/, 'expected lower-case letters, digits, and . _ : -');
const tags = z.array(tag).max(64);

const verdict = z.enum(['clean', 'inconclusive', 'suspicious', 'malicious']);

/**
 * Where a version is on its way: bytes arrive (`uploading`), are examined, wait for a person (`review`), are converted, signed and sealed
 * (`releasing`), and can be had (`released`). `denied`, `failed` and `abandoned` are ends; `recalled` is one that was released.
 */
export const versionState = z.enum([
  'uploading',
  'examining',
  'review',
  'releasing',
  'released',
  'denied',
  'recalled',
  'failed',
  'abandoned',
]);
export type VersionState = z.infer<typeof versionState>;

/** What its owners use a version for. */
export const stage = z.enum(['none', 'development', 'staging', 'production', 'retired']);

export const versionSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('upload') }),
  z.object({ kind: z.literal('hub'), endpoint: z.string(), repository: z.string(), revision: z.string() }),
]);
export type VersionSource = z.infer<typeof versionSource>;

const admissionOutcome = z.enum(['allow', 'review', 'deny']);

/** Why a policy decided so: which of its rules, and what it found. */
const admissionReason = z.object({
  rule: z.string(),
  effect: admissionOutcome.or(z.literal('convert')),
  message: z.string(),
  /** The waiver that takes its force away. */
  waiverId: z.string().nullable(),
});
export const admissionDecision = z.object({
  outcome: admissionOutcome,
  /** What is not safetensors is converted before release. */
  convert: z.boolean(),
  policyVersion: z.int(),
  reasons: z.array(admissionReason),
});
export type AdmissionDecision = z.infer<typeof admissionDecision>;

export const modelVersion = z.object({
  id,
  modelId: id,
  modelName: z.string(),
  number: z.int(),
  /** 40 hexadecimal digits, made of names and digests of the released files; null before release. */
  revision: z.string().nullable(),
  state: versionState,
  stage,
  message: z.string(),
  source: versionSource,
  createdAt: time,
  /** Null: the server itself, for somebody who asked through the hub interface. */
  createdBy: principal.nullable(),
  /** Who wanted it to be fetched from a hub, the first first, and no more than twenty of them; empty for what was uploaded. */
  askedBy: z.array(principal),
  files: z.int(),
  bytes: z.int(),
  verdict: verdict.nullable(),
  decision: admissionDecision.nullable(),
  licences: z.array(z.string()),
  formats: z.array(z.string()),
  /** Of the released files: what their signature signs. */
  rootDigest: z.string().nullable(),
  /** Of what is done now, from 0 to 1. */
  progress: z.number().nullable(),
  /** What is done now, for people. */
  step: z.string().nullable(),
  failure: z.string().nullable(),
  examinedAt: time.nullable(),
  /** The version of the program whose rules examined it last. */
  examinedWith: z.string().nullable(),
  releasedAt: time.nullable(),
  recall: z.object({ at: time, by: principal.nullable(), reason: z.string() }).nullable(),
});

export const model = z.object({
  id,
  name: z.string(),
  project: z.object({ id, name: z.string() }),
  description: z.string(),
  classification,
  tags,
  licence: z.string().nullable(),
  owner: principal.nullable(),
  isArchived: z.boolean(),
  createdAt: time,
  changedAt: time,
  versions: z.int(),
  /** The newest version that can be had. */
  released: modelVersion
    .pick({ id: true, number: true, revision: true, stage: true, verdict: true, bytes: true })
    .nullable(),
  /** The newest version, whatever its state. */
  latest: modelVersion.pick({ id: true, number: true, state: true, verdict: true }).nullable(),
});

/** What the caller may do with the model, where need be once he has proved with his passkey who he is. */
const modelActions = z.array(z.enum(['models.write', 'models.approve', 'models.recall', 'downloads.read']));
export const callersModel = model.extend({ actions: modelActions });
export const callersVersion = modelVersion.extend({ actions: modelActions });

export const modelRequest = z.strictObject({
  name: modelName,
  projectId: id,
  description: comment.default(''),
  /** Default: that of its project. Never below it. */
  classification: classification.optional(),
  tags: tags.default([]),
  licence: z.string().trim().max(120).nullable().default(null),
});
export const modelChange = z
  .strictObject({
    description: comment,
    classification,
    tags,
    licence: z.string().trim().max(120).nullable(),
    ownerId: id,
    isArchived: z.boolean(),
  })
  .partial();

/** Files as they came, or as they are given out. */
export const side = z.enum(['source', 'release']);

export const modelFile = z.object({
  path: z.string(),
  /** Null while it is not known. */
  digest: z.string().nullable(),
  bytes: z.int(),
  format: z.string().nullable(),
  verdict: verdict.nullable(),
});

const declaredFile = z.strictObject({
  /** As `filePath`; the registry says which name it refuses, and why. */
  path: z.string().max(4096),
  bytes: z.int().min(0),
  /** What the content must turn out to have. */
  digest: contentDigest.optional(),
});

/** A file that is being uploaded, cut into parts of `partBytes`. */
export const fileUpload = z.object({
  path: z.string(),
  bytes: z.int(),
  /** What it was declared with. */
  digest: z.string().nullable(),
  partBytes: z.int(),
  /** Numbers, from 0, of parts that have not arrived. Empty: nothing has to be sent. */
  missing: z.array(z.int()),
});

export const beginVersion = z.strictObject({
  files: z.array(declaredFile).min(1).max(10_000),
  message: comment.default(''),
});

export const importRequest = z.strictObject({
  repository: modelName,
  revision: z
    .string()
    .regex(/^[\w./-]{1,120}$/, 'expected a branch, a tag or a commit')
    .default('main'),
  projectId: id,
  /** Default: as on the hub. */
  name: modelName.optional(),
});

/** Documents that are made of a version. */
export const evidenceKind = z.enum([
  'scan-report',
  /** Of the files that are given out, where they are others than those that came. */
  'release-report',
  'facts',
  /** Files taken apart for people: pickles as statements, templates, headers. */
  'inspection',
  'conversion-record',
  'signature',
  'attestations',
  'bom-cyclonedx',
  'bom-spdx',
]);
export type EvidenceKind = z.infer<typeof evidenceKind>;
export const evidence = z.object({
  kind: evidenceKind,
  name: z.string(),
  digest: z.string(),
  bytes: z.int(),
  madeAt: time,
});

export const download = z.object({
  principal: principal.nullable(),
  versionId: id,
  number: z.int(),
  files: z.int(),
  bytes: z.int(),
  firstAt: time,
  lastAt: time,
});

export const waiver = z.object({
  id,
  model: z.object({ id, name: z.string() }),
  versionId: id.nullable(),
  /** Ids of rules of the admission policy that it takes the force from. */
  rules: z.array(z.string()),
  owner: principal,
  reason: z.string(),
  createdAt: time,
  expiresAt: time,
  endedAt: time.nullable(),
});

export const approvalRequest = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  reason: comment.min(8),
  /** What the approval rests on, where it is not for good. */
  waiver: z.strictObject({ rules: z.array(label).min(1).max(50), expiresAt: time, ownerId: id.optional() }).optional(),
});

export const approval = z.object({
  version: modelVersion,
  decision: z.enum(['approve', 'refuse']).nullable(),
  by: principal.nullable(),
  reason: z.string(),
  at: time.nullable(),
});

/** What changed from one version to another. */
export const comparison = z.object({
  from: modelVersion.pick({ id: true, number: true }).nullable(),
  to: modelVersion.pick({ id: true, number: true }),
  files: z.array(
    z.object({
      path: z.string(),
      change: z.enum(['added', 'removed', 'changed']),
      bytesBefore: z.int().nullable(),
      bytesAfter: z.int().nullable(),
    }),
  ),
  unchangedFiles: z.int(),
  findings: z.array(
    z.object({
      change: z.enum(['new', 'gone']),
      ruleId: z.string(),
      severity: z.string(),
      path: z.string(),
      message: z.string(),
    }),
  ),
  /** More changed than is listed. */
  isCut: z.boolean(),
});

export const lineageNode = z.object({
  id: z.string(),
  kind: z.enum(['hub', 'upload', 'version', 'tool', 'release']),
  title: z.string(),
  detail: z.string(),
  versionId: id.nullable(),
});
export const lineage = z.object({
  nodes: z.array(lineageNode),
  edges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string() })),
});

/** Where a policy file is wrong. */
export const policyProblem = z.object({ line: z.int().nullable(), column: z.int().nullable(), message: z.string() });
export const admissionPolicy = z.object({
  version: z.int(),
  body: z.string(),
  comment: z.string(),
  isActive: z.boolean(),
  /** Null: it came with the program. */
  createdBy: principal.nullable(),
  createdAt: time,
});
export const dryRun = z.object({
  versions: z.int(),
  problems: z.array(policyProblem),
  /** How many versions end where, now and with the policy that was tried. */
  counts: z.array(z.object({ outcome: admissionOutcome, before: z.int(), after: z.int() })),
  changes: z.array(
    z.object({
      version: modelVersion.pick({ id: true, number: true, modelId: true, modelName: true, state: true }),
      from: admissionDecision,
      to: admissionDecision,
    }),
  ),
  /** More changed than are listed. */
  isCut: z.boolean(),
});

/** Something that a person should know about a model that he owns, has downloaded, or asked for. */
export const notice = z.object({
  id,
  kind: z.enum(['recalled', 'denied', 'failed', 'review-wanted', 'released', 'waiver-ends', 'not-examined']),
  model: z.object({ id, name: z.string() }),
  version: modelVersion.pick({ id: true, number: true }),
  text: z.string(),
  createdAt: time,
  seenAt: time.nullable(),
});

export const registrySummary = z.object({
  models: z.int(),
  versions: z.array(z.object({ state: versionState, count: z.int() })),
  waitingForMe: z.int(),
  unseenNotices: z.int(),
});
