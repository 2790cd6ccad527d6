import { existsSync, lstatSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { ConvertError } from '../../convert/errors.ts';
import { isEscapingPath } from '../../rules/config/paths.ts';
import { makeFolder } from '../make-folder.ts';
import { OutputFile, syncFolder } from '../output-file.ts';
import { reasonOf } from '../reason.ts';

const relative = z.string().refine((path) => path !== '' && !isEscapingPath(path), 'a path within the folder');

const journalSchema = z.strictObject({
  schemaVersion: z.literal('1.0'),
  /** Files to take away, in this order. */
  remove: z.array(relative),
  /** Files to put in their places, in this order: what makes the folder loadable comes last. */
  install: z.array(relative),
  /** Where removed files go, beside the folder; null when they are deleted. */
  backup: z.string().nullable(),
});

/** What is still to be done to a folder. From the moment it is on disk, it will be done. */
export type Journal = z.infer<typeof journalSchema>;

/** The places of a change to a folder. */
export interface ChangePlaces {
  readonly folder: string;
  /** Beside the destination; holds `new/`, and the journal once everything in `new/` is complete. */
  readonly stage: string;
  /** The only files of the folder that may change; undefined when all may. */
  readonly files: ReadonlySet<string> | undefined;
}

/** What a folder that was converted in place loses goes to a folder beside it, called so. */
export const BACKUP_ENDING = '.before-conversion';

const journalFile = ({ stage }: ChangePlaces): string => join(stage, 'journal.json');
const newFile = ({ stage }: ChangePlaces, path: string): string => join(stage, 'new', path);

/** Makes the change certain: before this call nothing happened, after it everything will. @throws WriteError, ConvertError. */
export function writeJournal(places: ChangePlaces, journal: Journal): void {
  checkPlaces(places, journal);
  const file = OutputFile.create(journalFile(places), { exclusive: true });
  try {
    file.append(Buffer.from(JSON.stringify(journal)));
    file.commit();
  } finally {
    file.discard();
  }
}

/** The journal of a change that was interrupted; null when there is none. @throws ConvertError `journal-invalid`. */
export function readJournal(places: ChangePlaces): Journal | null {
  const path = journalFile(places);
  if (!existsSync(path)) return null;
  try {
    return journalSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw ConvertError.of('journal-invalid', { path, detail: reasonOf(error) }, error);
  }
}

/**
 * Carries a journal out, from wherever it was interrupted. Every old file that goes is gone before the first new one
 * comes, indexes first, so at no moment do old and new weights lie side by side.
 */
export function carryOut(places: ChangePlaces, journal: Journal): void {
  const { folder, stage } = places;
  checkPlaces(places, journal);
  const incoming = new Set(journal.install);
  for (const path of journal.remove) {
    // What was installed already took the place of what was to be removed from there.
    if (incoming.has(path) && !isThere(newFile(places, path))) continue;
    remove(places, path, journal.backup);
  }
  for (const path of journal.install) install(places, path);
  for (const path of new Set(journal.install.map(dirname))) syncFolder(join(folder, path));
  syncFolder(folder);
  rmSync(journalFile(places), { force: true });
  syncFolder(stage);
  rmSync(stage, { recursive: true, force: true });
}

/**
 * A stage may lie in a downloaded folder, and then a journal is what somebody else wrote: it may name no place but
 * those a conversion to this destination would, and no link may lead it elsewhere. @throws ConvertError `journal-invalid`.
 */
function checkPlaces({ folder, stage, files }: ChangePlaces, { remove, install, backup }: Journal): void {
  const refuse = (detail: string): never => {
    throw ConvertError.of('journal-invalid', { path: stage, detail });
  };
  const foreign = [...remove, ...install].find((path) => files !== undefined && !files.has(path));
  if (foreign !== undefined) refuse(`${foreign} is no file of this conversion`);
  if (backup !== null && backup !== `${basename(folder)}${BACKUP_ENDING}`) refuse(`${backup} is no place for a backup`);
  for (const path of [...remove, ...install]) {
    if (!staysInside(folder, path)) refuse(`${path} leads out of the folder`);
    if (backup !== null && !staysInside(join(dirname(folder), backup), path))
      refuse(`${backup}/${path} leads elsewhere`);
  }
}

/** True when no link on the way to a path leads out of the folder, which need not exist but must be no link itself. */
function staysInside(folder: string, path: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (!stats.isDirectory()) return false;
  const root = realpathSync(folder);
  let parent = dirname(join(folder, path));
  while (!isThere(parent)) parent = dirname(parent);
  const real = realpathSync(parent);
  return real === root || real.startsWith(`${root}/`);
}

function remove({ folder }: ChangePlaces, path: string, backup: string | null): void {
  const from = join(folder, path);
  if (!isThere(from)) return;
  if (backup === null) return rmSync(from);
  const to = join(dirname(folder), backup, path);
  makeFolder(dirname(to));
  renameSync(from, to);
}

function install(places: ChangePlaces, path: string): void {
  const from = newFile(places, path);
  if (!isThere(from)) return;
  const to = join(places.folder, path);
  makeFolder(dirname(to));
  renameSync(from, to);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
