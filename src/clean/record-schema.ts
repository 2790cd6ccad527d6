import * as z from 'zod';
import { metadataChoices } from './options.ts';
import { templateNames } from './templates/index.ts';

export const RECORD_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const change = z.strictObject({
  place: z.string().describe('a JSON pointer, a GGUF key, a line, a range of bytes, or empty for the whole file'),
  rules: z.array(z.string()).describe('ids of the rules it is for; `option` when the caller asked for it'),
  was: z.string().describe('what was there, shortened, hidden characters escaped'),
  did: z.string(),
});

const file = z.strictObject({
  path: z.string(),
  format: z.string(),
  status: z
    .enum(['unchanged', 'cleaned', 'left-out', 'refused'])
    .describe('`left-out`: it is not in the output, for the reason in `changes` or `refusal`'),
  before: z.strictObject({ size: z.int(), sha256: sha256.nullable() }),
  after: z.strictObject({ size: z.int(), sha256: sha256.nullable() }).nullable(),
  changes: z.array(change),
  refusal: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().nullable() }).nullable(),
});

/** What `vouchsafe clean` did: printed as JSON, and written beside the result on request. */
export const cleaningRecordSchema = z.strictObject({
  schemaVersion: z.literal(RECORD_VERSION),
  tool: z.strictObject({ name: z.literal('vouchsafe'), version: z.string() }),
  createdAt: z.iso.datetime(),
  options: z.strictObject({
    template: z.enum(['none', 'auto', ...templateNames]),
    keepMetadata: z.enum(metadataChoices),
    dropCells: z.boolean(),
    clearNotebooks: z.boolean(),
    low: z.boolean(),
    dropUnsafe: z.boolean(),
    dryRun: z.boolean(),
  }),
  written: z.boolean().describe('false for a dry run, and when a refusal kept everything as it was'),
  files: z.array(file),
  notes: z.array(z.string()),
});

export type CleaningRecord = z.infer<typeof cleaningRecordSchema>;
export type CleanedFile = CleaningRecord['files'][number];
