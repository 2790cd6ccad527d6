import * as z from 'zod';
import { verdicts } from '../scan/report.ts';

const natural = z.int().nonnegative();
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .nullable()
  .describe('Null when it was not asked for.');

const source = z.strictObject({
  path: z.string().describe('Within the folder converted, or the name of the file.'),
  sha256,
  size: natural,
  format: z.string(),
  verdict: z.enum(verdicts).nullable().describe('Of the scan; converting runs nothing, whatever it says.'),
  globals: z.array(z.string()).describe('Everything that pickles inside import, as module.name.'),
});

const output = z.strictObject({ path: z.string(), size: natural, sha256 });

const tensor = z.strictObject({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(natural),
  source: z.strictObject({
    path: z.string(),
    member: z.string().describe('Member of a container, data set or outside file; empty for the file itself.'),
    span: z
      .strictObject({ start: natural, end: natural })
      .nullable()
      .describe('Bytes of its storage in the file; null when compressed or scattered.'),
  }),
  output: z.strictObject({
    path: z.string(),
    begin: natural.describe('From the start of the file.'),
    end: natural,
  }),
  sha256,
});

const left = z.strictObject({ path: z.string(), reason: z.string(), verdict: z.enum(verdicts).nullable() });

/** `vouchsafe.conversion.json`. Within one major schema version, keys are only ever added. */
export const conversionRecordSchema = z.strictObject({
  schemaVersion: z.literal('1.0'),
  tool: z.strictObject({ name: z.literal('vouchsafe'), version: z.string() }),
  createdAt: z.iso.datetime(),
  options: z
    .strictObject({
      maxShardBytes: natural.nullable(),
      dedupe: z.boolean(),
      allowPartial: z.boolean(),
      select: z.array(z.string()),
      exclude: z.array(z.string()),
      metadata: z.array(z.strictObject({ key: z.string(), value: z.string() })),
      rawDtype: z.string().nullable(),
      allowCompressed: z.boolean(),
      wholeObject: z.boolean().describe('Every tensor of a checkpoint under its full path, not the weights alone.'),
      object: z.string().nullable().describe('Path of the part of a checkpoint that was taken as the whole.'),
    })
    .describe('What decides which bytes are written.'),
  sources: z.array(source),
  outputs: z.array(output).describe('Every file written except this one.'),
  tensors: z.array(tensor),
  dropped: z.array(z.strictObject({ name: z.string(), kept: z.string(), identical: z.boolean() })),
  excluded: z.array(z.string()).describe('Tensors left out by name.'),
  omitted: z.array(z.strictObject({ source: z.string(), path: z.string(), what: z.string() })),
  refused: z.array(z.strictObject({ source: z.string(), name: z.string(), code: z.string(), detail: z.string() })),
  leftOut: z.array(left).describe('Files of a folder that were not carried over.'),
  changed: z
    .array(z.strictObject({ path: z.string(), became: z.array(z.string()), why: z.string() }))
    .describe('Files of a folder that became others.'),
  notes: z.array(z.string()),
});

export type ConversionRecord = z.infer<typeof conversionRecordSchema>;
