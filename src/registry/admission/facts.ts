import { z } from 'zod';
import { severities } from '../../rules/rule.ts';
import { verdicts } from '../../scan/report.ts';
import { classification } from '../../contract/types/people.ts';
import { versionSource } from '../../contract/types/registry.ts';

/** Entries of one list that are kept. What is beyond is counted, and never helps to allow. */
export const MAX_LISTED = 200;
/** Characters of one name, path or sentence that are kept. */
export const MAX_TEXT = 300;

const text = z.string().max(MAX_TEXT);
const count = z.int().min(0);

/** The first entries of a list and how many there are: cut where `total` is more. */
const bounded = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item).max(MAX_LISTED), total: count });

const format = z.strictObject({ id: text, files: count, example: text });
const finding = z.strictObject({ ruleId: text, severity: z.enum(severities), count, example: text });
/** SPDX id, expression, or another name; and where it was read. */
const licence = z.strictObject({ name: text, kind: z.enum(['id', 'expression', 'name']), origin: text });

/** A signature of the source that holds, and covers every file. */
export const sourceSigner = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('key'), fingerprint: text }),
  z.strictObject({
    method: z.literal('certificate'),
    subject: text,
    fingerprint: text,
    keyFingerprint: text,
    rootFingerprint: text,
  }),
  z.strictObject({ method: z.literal('keyless'), identity: text, issuer: text }),
]);

/** What an admission policy decides by. Null is not known, and what is not known allows nothing. */
export const admissionFacts = z.strictObject({
  schema: z.literal(1),
  model: z.strictObject({ name: text, classification: classification.nullable(), tags: z.array(text).max(64) }),
  source: versionSource,
  verdict: z.enum(verdicts).nullable(),
  examinedAtMs: z.int().nullable(),
  files: count.nullable(),
  bytes: count.nullable(),
  largest: z.strictObject({ path: text, bytes: count }).nullable(),
  formats: bounded(format).nullable(),
  /** By rule and severity, the worst first. */
  findings: bounded(finding).nullable(),
  licences: bounded(licence).nullable(),
  /** Python beside the model, and places that make a loader run code. */
  code: z.strictObject({ python: bounded(text), remote: bounded(text) }).nullable(),
  signatures: z.strictObject({ signers: bounded(sourceSigner), unverified: bounded(text) }).nullable(),
  /** Files that must be converted to be safe to load, and what a trial refused of them, with the reason; null: not tried. */
  conversion: z.strictObject({ needed: bounded(text), refused: bounded(text).nullable() }).nullable(),
});
export type AdmissionFacts = z.infer<typeof admissionFacts>;
export type SourceSigner = z.infer<typeof sourceSigner>;

export interface Bounded<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

export function isCut({ items, total }: Bounded<unknown>): boolean {
  return items.length < total;
}
