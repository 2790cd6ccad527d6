import * as z from 'zod';

/** The file that `vouchsafe convert` leaves beside what it wrote. */
export const CONVERSION_RECORD = 'vouchsafe.conversion.json';

const file = z.object({
  path: z.string(),
  size: z.int().nonnegative(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

/** The part of a conversion record that a bill of materials speaks of; the rest may be anything. */
const conversionSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }),
  createdAt: z.string().optional(),
  sources: z.array(file.extend({ format: z.string().optional() })),
  outputs: z.array(file),
  tensors: z.array(z.unknown()).default([]),
  dropped: z.array(z.unknown()).default([]),
  omitted: z.array(z.unknown()).default([]),
  refused: z.array(z.unknown()).default([]),
  leftOut: z.array(z.object({ path: z.string(), reason: z.string().default('') })).default([]),
  changed: z
    .array(z.object({ path: z.string(), became: z.array(z.string()).default([]), why: z.string().default('') }))
    .default([]),
  notes: z.array(z.string()).default([]),
});

type ConversionRecordPart = z.infer<typeof conversionSchema>;

/** How the model came to be, as its conversion record says. */
export interface ConversionFacts {
  /** Path of the record. */
  readonly file: string;
  readonly tool: { readonly name: string; readonly version: string };
  readonly createdAt?: string | undefined;
  readonly sources: ConversionRecordPart['sources'];
  readonly outputs: ConversionRecordPart['outputs'];
  readonly tensors: number;
  readonly dropped: number;
  readonly omitted: number;
  readonly refused: number;
  readonly leftOut: ConversionRecordPart['leftOut'];
  readonly changed: ConversionRecordPart['changed'];
  readonly notes: readonly string[];
}

/** Reads a conversion record; null when it is none. */
export function parseConversion(text: string, path: string): ConversionFacts | null {
  const parsed = conversionSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { tool, createdAt, sources, outputs, leftOut, changed, notes } = parsed.data;
  const { tensors, dropped, omitted, refused } = parsed.data;
  const counts = {
    tensors: tensors.length,
    dropped: dropped.length,
    omitted: omitted.length,
    refused: refused.length,
  };
  return { file: path, tool, createdAt, sources, outputs, ...counts, leftOut, changed, notes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
