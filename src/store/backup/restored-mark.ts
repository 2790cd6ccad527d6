import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { OutputFile, syncFolder } from '../../node/output-file.ts';
import { reasonOf } from '../../node/reason.ts';
import { StoreError } from '../errors.ts';
import type { BackupHeader } from './manifest.ts';

const MARK_FILE = 'ledger.restored';

const markSchema = z.strictObject({ createdAt: z.iso.datetime(), lastCheckpoint: z.string().nullable() });

/** That the records in a data folder were restored, until the ledger says so itself. */
export interface RestoredMark {
  /** When the backup was made. */
  readonly createdAt: string;
  /** The last checkpoint that was known of the ledger, or null. */
  readonly lastCheckpoint: string | null;
}

export function writeRestoredMark(
  folder: string,
  { header, lastCheckpoint }: { readonly header: BackupHeader; readonly lastCheckpoint: string | null },
): void {
  const mark: RestoredMark = { createdAt: header.createdAt, lastCheckpoint };
  const output = OutputFile.create(join(folder, MARK_FILE), { mode: 0o600 });
  try {
    output.append(Buffer.from(`${JSON.stringify(mark)}\n`));
    output.commit();
  } finally {
    output.discard();
  }
}

/** Null where nothing was restored. @throws StoreError `folder-unusable`. */
export function readRestoredMark(folder: string): RestoredMark | null {
  const file = join(folder, MARK_FILE);
  try {
    return markSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw StoreError.of('folder-unusable', `${file}: ${reasonOf(error)}`, error);
  }
}

/** The ledger has said it. */
export function removeRestoredMark(folder: string): void {
  rmSync(join(folder, MARK_FILE), { force: true });
  syncFolder(folder);
}
