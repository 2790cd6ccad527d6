import { parseNote } from '../../ledger/note.ts';
import { ledgerLimits } from '../../ledger/limits.ts';
import { readSmallFile } from '../../node/sign/read-small-file.ts';
import { writeStream } from '../../node/write-file.ts';
import { visible } from '../../scan/visible-text.ts';
import { defaultDataFolder } from '../../server/config/data-folder.ts';
import { restore } from '../../store/backup/restore.ts';
import type { RestoreArguments } from './backup-arguments.ts';

/** `vouchsafe restore`. @throws CodedError; nothing is left behind then. */
export async function runRestore(source: string, options: RestoreArguments): Promise<void> {
  const folder = options.data ?? defaultDataFolder(process.env, process.platform);
  const lastCheckpoint = options.lastCheckpoint === undefined ? null : readNote(options.lastCheckpoint);
  const header = await restore({ source, folder, lastCheckpoint });
  await writeStream(process.stdout, [
    `restored ${visible(source)} to ${visible(folder)}\n`,
    `the ledger ends at entry ${header.ledgerSize}, where it was on ${header.createdAt}\n`,
    'what was recorded since is lost; the first start records ledger.restored\n',
    'witnesses that saw more will refuse this ledger: give it another origin, and tell those who verify it\n',
    ...(header.hasKeys
      ? []
      : ['private keys are not in the backup: put the folder keys back before the first start\n']),
  ]);
}

/** A signed note, whatever it says. @throws LedgerError `malformed`, ReadError. */
function readNote(file: string): string {
  const note = Buffer.from(readSmallFile(file, ledgerLimits.maxNoteBytes)).toString('utf8');
  parseNote(note);
  return note;
}
