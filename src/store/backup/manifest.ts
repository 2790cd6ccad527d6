import { createReadStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { BackupError } from './errors.ts';

/** The last file that is written: without it a folder is no backup. */
export const MANIFEST_FILE = 'manifest.jsonl';

const headerSchema = z.strictObject({
  format: z.literal('vouchsafe-backup'),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  program: z.string(),
  /** Entries of the ledger, and the text of the last checkpoint among them. */
  ledgerSize: z.int().min(0),
  checkpoint: z.string().nullable(),
  hasKeys: z.boolean(),
});

const fileSchema = z.strictObject({
  path: z.string().max(1000).refine(isPlainPath, 'expected a path inside the backup'),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const endSchema = z.strictObject({ files: z.int().min(0) });

export type BackupHeader = z.infer<typeof headerSchema>;
export type BackupFile = z.infer<typeof fileSchema>;

/** A backup of a stranger must not write outside of the folder it is restored to. */
function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !/[\\\p{Cc}]/u.test(path);
}

/** Writes a line of the manifest, at the pace of the disk. */
export async function writeManifestLine(
  stream: WriteStream,
  line: BackupHeader | BackupFile | { files: number },
): Promise<void> {
  if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain');
}

export interface Manifest {
  readonly header: BackupHeader;
  readonly files: AsyncIterable<BackupFile>;
}

/** Reads a manifest line by line: it names as many files as there are blobs. @throws BackupError `backup-malformed`. */
export async function readManifest(file: string): Promise<Manifest> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  const first = await lines.next().catch((error: unknown) => {
    throw BackupError.of('backup-malformed', `cannot read ${file}`, error);
  });
  if (first.done === true) throw BackupError.of('backup-malformed', `${file} is empty`);
  return { header: parseLine(first.value, headerSchema, 1), files: readFiles(lines) };
}

async function* readFiles(lines: AsyncIterator<string>): AsyncGenerator<BackupFile> {
  let files = 0;
  for (let number = 2; ; number += 1) {
    const line = await lines.next();
    if (line.done === true) throw BackupError.of('backup-malformed', 'the manifest ends too early');
    const end = endSchema.safeParse(tryJson(line.value));
    if (end.success) {
      if (end.data.files === files) return;
      throw BackupError.of('backup-malformed', `the manifest names ${files} files, not ${end.data.files}`);
    }
    yield parseLine(line.value, fileSchema, number);
    files += 1;
  }
}

function parseLine<T>(line: string, schema: z.ZodType<T>, number: number): T {
  const parsed = schema.safeParse(tryJson(line));
  if (parsed.success) return parsed.data;
  throw BackupError.of('backup-malformed', `line ${number} of the manifest: ${parsed.error.issues[0]?.message}`);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
