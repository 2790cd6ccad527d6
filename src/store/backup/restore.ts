import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { folderLayout, pathIn } from '../sqlite/folder.ts';
import { copyFile } from './copy-file.ts';
import { BackupError } from './errors.ts';
import { type BackupHeader, MANIFEST_FILE, readManifest } from './manifest.ts';
import { fillNewFolder } from './new-folder.ts';
import { writeRestoredMark } from './restored-mark.ts';

export interface RestoreOptions {
  /** The backup. */
  readonly source: string;
  /** A data folder that does not exist, or is empty. */
  readonly folder: string;
  /** The last checkpoint that is known of the ledger, as a signed note: what the restored one breaks with. */
  readonly lastCheckpoint: string | null;
}

/**
 * Makes a data folder from a backup, after every file was compared with its digest. What was recorded since the backup
 * is lost, and the first start says so in the ledger.
 * @throws BackupError `backup-malformed`, `backup-differs`, `place-taken`; errors of the file system.
 */
export async function restore({ source, folder, lastCheckpoint }: RestoreOptions): Promise<BackupHeader> {
  const manifest = await readManifest(join(source, MANIFEST_FILE));
  return fillNewFolder(folder, async (temporary) => {
    for await (const { path, bytes, sha256 } of manifest.files) {
      const copied = await copyFile(join(source, path), join(temporary, path), bytes).catch((error: unknown) => {
        throw BackupError.of('backup-differs', `${path} cannot be read`, error);
      });
      if (copied.bytes !== bytes || copied.sha256 !== sha256) throw BackupError.of('backup-differs', path);
    }
    checkRecords(temporary);
    writeRestoredMark(temporary, { header: manifest.header, lastCheckpoint });
    return manifest.header;
  });
}

function checkRecords(folder: string): void {
  if (!readdirSync(folder).includes(folderLayout.records)) {
    throw BackupError.of('backup-malformed', `it has no ${folderLayout.records}`);
  }
  const database = new DatabaseSync(pathIn(folder, 'records'), { readOnly: true });
  try {
    const found = String(database.prepare('pragma quick_check(1)').get()?.['quick_check']);
    if (found !== 'ok') throw BackupError.of('backup-differs', `${folderLayout.records}: ${found}`);
  } finally {
    database.close();
  }
}
