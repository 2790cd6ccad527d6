import { chmodSync, createWriteStream, existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { finished } from 'node:stream/promises';
import { KEYS_FOLDER } from '../ledger/ledger-keys.ts';
import { HOLDS_FOLDER, holdRemovals } from '../blobs/removal-hold.ts';
import { folderLayout, pathIn } from '../sqlite/folder.ts';
import { type Copied, copyFile, digestFile } from './copy-file.ts';
import { BackupError } from './errors.ts';
import { type BackupHeader, MANIFEST_FILE, writeManifestLine } from './manifest.ts';
import { fillNewFolder } from './new-folder.ts';
import { timeText } from '../../contract/time-text.ts';

const BLOBS_FOLDER = 'blobs';

export interface BackupOptions {
  /** The data folder; a server may be running on it. */
  readonly folder: string;
  /** A folder that does not exist, or is empty. */
  readonly target: string;
  /** Where the blobs are, when not in the data folder; null where they are not in a folder. */
  readonly blobs?: string | null;
  readonly withKeys: boolean;
  readonly program: string;
  readonly nowMs: number;
}

export interface BackedUp {
  readonly header: BackupHeader;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies the records, as they are at one moment, and the blobs that belong to them, while a server goes on working: it removes none meanwhile.
 * @throws BackupError `nothing-to-back-up`, `keys-elsewhere`, `place-taken`; errors of the file system.
 */
export async function backUp(options: BackupOptions): Promise<BackedUp> {
  const { folder, target, withKeys } = options;
  if (!existsSync(pathIn(folder, 'records'))) throw BackupError.of('nothing-to-back-up', folder);
  const keys = join(folder, KEYS_FOLDER);
  // Whoever believes to have them in the backup loses the ledger with the machine.
  if (withKeys && !existsSync(keys)) throw BackupError.of('keys-elsewhere', keys);
  const { blobs = join(folder, BLOBS_FOLDER) } = options;
  const hold = blobs !== null && existsSync(blobs) ? await holdRemovals(blobs) : null;
  try {
    return await fillNewFolder(target, (temporary) => fill(temporary, options));
  } finally {
    await hold?.end();
  }
}

async function fill(temporary: string, options: BackupOptions): Promise<BackedUp> {
  const header = copyRecords(join(temporary, folderLayout.records), options);
  const manifest = createWriteStream(join(temporary, MANIFEST_FILE), { mode: 0o600, flush: true });
  let files = 0;
  let bytes = 0;
  const note = async (path: string, copied: Copied): Promise<void> => {
    await writeManifestLine(manifest, { path, ...copied });
    files += 1;
    bytes += copied.bytes;
  };
  await writeManifestLine(manifest, header);
  await note(folderLayout.records, await digestFile(join(temporary, folderLayout.records)));
  // Blobs never change, were there before the records that name them, and are not removed meanwhile: those of the moment are all there.
  for (const [name, place] of foldersOf(options)) {
    for await (const path of filesIn(place)) {
      const copied = await copyIfThere(join(place, path), join(temporary, name, path));
      if (copied !== null) await note(`${name}/${path}`, copied);
    }
  }
  await writeManifestLine(manifest, { files });
  manifest.end();
  await finished(manifest);
  return { header, files, bytes };
}

/** Null where it was removed since it was listed: by somebody who had begun before anything was held. */
async function copyIfThere(from: string, to: string): Promise<Copied | null> {
  try {
    return await copyFile(from, to);
  } catch (error) {
    if (existsSync(from)) throw error;
    await rm(to, { force: true });
    return null;
  }
}

function foldersOf({ folder, blobs = join(folder, BLOBS_FOLDER), withKeys }: BackupOptions): [string, string][] {
  return [
    ...(blobs === null ? [] : [[BLOBS_FOLDER, blobs] as [string, string]]),
    ...(withKeys ? [[KEYS_FOLDER, join(folder, KEYS_FOLDER)] as [string, string]] : []),
  ];
}

/** `vacuum into` reads one state of the records, whatever is written meanwhile. */
function copyRecords(to: string, { folder, withKeys, program, nowMs }: BackupOptions): BackupHeader {
  const database = new DatabaseSync(pathIn(folder, 'records'), { readOnly: true, timeout: 10_000 });
  try {
    database.prepare('vacuum into ?').run(to);
    chmodSync(to, 0o600);
  } finally {
    database.close();
  }
  const copy = new DatabaseSync(to, { readOnly: true });
  try {
    const head = copy.prepare('select size from ledger_head where id = 1').get();
    const last = copy.prepare('select note from ledger_checkpoint order by size desc limit 1').get();
    const note = last === undefined ? null : String(last['note']);
    return {
      format: 'vouchsafe-backup',
      version: 1,
      createdAt: timeText(nowMs),
      program,
      ledgerSize: Number(head?.['size'] ?? 0),
      checkpoint: note === null ? null : note.slice(0, note.indexOf('\n\n') + 1),
      hasKeys: withKeys,
    };
  } finally {
    copy.close();
  }
}

/** Regular files below a folder, as paths with slashes; none where there is no folder. Uploads under way are not whole yet. */
async function* filesIn(folder: string, below = ''): AsyncGenerator<string> {
  if (!existsSync(folder)) return;
  const names = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && path !== 'incoming' && path !== HOLDS_FOLDER) yield* filesIn(folder, path);
    else if (entry.isFile()) yield path;
  }
}
