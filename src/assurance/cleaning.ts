import * as z from 'zod';
import { plainText } from '../bom/read-nodes.ts';
import type { AssuranceReport } from './schema.ts';

/** The file that `vouchsafe clean` leaves beside what it wrote. */
export const CLEANING_RECORD = 'vouchsafe.cleaning.json';

const MAX_CHANGES = 200;

const text = z.string().default('');
const change = z.object({ place: text, was: text, did: text });
const file = z.object({ path: text, changes: z.array(change).default([]) });

/** The part of a cleaning record that is shown; the rest may be anything. */
const recordSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }).optional(),
  createdAt: z.string().optional(),
  files: z.array(file),
});

/** What cleaning changed, as its record says; null when it is no such record. */
export function parseCleaning(content: string, path: string): AssuranceReport['cleaning'] {
  const parsed = recordSchema.safeParse(parseJson(content));
  if (!parsed.success) return null;
  const { tool, createdAt, files } = parsed.data;
  const changes = files.flatMap((one) =>
    one.changes.map(({ place, was, did }) => ({
      path: plainText(one.path),
      place: plainText(place, 300),
      was: plainText(was, 300),
      did: plainText(did, 300),
    })),
  );
  return {
    file: path,
    tool: tool === undefined ? null : plainText(`${tool.name} ${tool.version}`),
    createdAt: createdAt === undefined ? null : plainText(createdAt, 40),
    changes: changes.slice(0, MAX_CHANGES),
    moreChanges: Math.max(0, changes.length - MAX_CHANGES),
  };
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
