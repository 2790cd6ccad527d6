import * as z from 'zod';
import type { FileFact } from '../bom/facts.ts';
import { plainText } from '../bom/read-nodes.ts';
import type { AssuranceReport } from './schema.ts';

/** The file that `vouchsafe clean` leaves beside what it wrote. */
export const CLEANING_RECORD = 'vouchsafe.cleaning.json';

const MAX_CHANGES = 200;
const MAX_TEXT = 300;

const text = z.string().default('');
const change = z.object({ place: text, was: text, did: text });
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .nullable();
const file = z.object({
  path: text,
  status: text,
  after: z.object({ size: z.int().nonnegative(), sha256 }).nullable().default(null),
  changes: z.array(change).default([]),
});

/** The part of a cleaning record that is shown; the rest may be anything. */
const recordSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }).optional(),
  createdAt: z.string().optional(),
  files: z.array(file),
});

/**
 * What cleaning changed, as its record says, each file compared with the one that is there now; null when it is no
 * such record.
 */
export function parseCleaning(content: string, path: string, files: readonly FileFact[]): AssuranceReport['cleaning'] {
  const parsed = recordSchema.safeParse(parseJson(content));
  if (!parsed.success) return null;
  const { tool, createdAt, files: recorded } = parsed.data;
  const stateOf = fileStates(files);
  const changed = recorded.filter((one) => one.status === 'cleaned' && one.after !== null);
  const changes = recorded.flatMap((one) =>
    one.changes.map(({ place, was, did }) => ({
      path: plainText(one.path),
      place: plainText(place, MAX_TEXT),
      was: plainText(was, MAX_TEXT),
      did: plainText(did, MAX_TEXT),
    })),
  );
  return {
    file: path,
    tool: tool === undefined ? null : plainText(`${tool.name} ${tool.version}`),
    createdAt: createdAt === undefined ? null : plainText(createdAt, 40),
    files: changed.map(({ path: name, after }) => ({
      path: plainText(name),
      size: after?.size ?? 0,
      sha256: after?.sha256 ?? null,
      state: stateOf({ path: name, size: after?.size ?? 0, sha256: after?.sha256 ?? null }),
    })),
    changes: changes.slice(0, MAX_CHANGES),
    moreChanges: Math.max(0, changes.length - MAX_CHANGES),
  };
}

type FileState = 'same' | 'differs' | 'missing' | 'no-digest';

/** A file as a record names it. */
interface RecordedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string | null;
}

/** More folders above a model than anybody typed; a record may name a file by any number of slashes. */
const MAX_FOLDERS_ABOVE = 64;

/** Tells how files that a record names are now. */
export function fileStates(files: readonly FileFact[]): (recorded: RecordedFile) => FileState {
  const known = new Map(files.map((one) => [one.path, one]));
  return ({ path, size, sha256 }) => {
    const found = longestMatch(known, path);
    if (found === undefined) return 'missing';
    if (found.size !== size) return 'differs';
    if (sha256 === null) return 'no-digest';
    return found.sha256 === sha256 ? 'same' : 'differs';
  };
}

/** A record of cleaning names files as they were typed, from a folder above the model; the longest match is meant. */
function longestMatch(known: ReadonlyMap<string, FileFact>, path: string): FileFact | undefined {
  let rest = path;
  for (let above = 0; above < MAX_FOLDERS_ABOVE; above += 1) {
    const found = known.get(rest);
    const slash = rest.indexOf('/');
    if (found !== undefined || slash < 0) return found;
    rest = rest.slice(slash + 1);
  }
  return undefined;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
