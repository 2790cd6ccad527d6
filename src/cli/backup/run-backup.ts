import { packageVersion } from '../../node/version.ts';
import { writeStream } from '../../node/write-file.ts';
import { visible } from '../../scan/visible-text.ts';
import { defaultDataFolder } from '../../server/config/data-folder.ts';
import { backUp } from '../../store/backup/back-up.ts';
import type { BackupArguments } from './backup-arguments.ts';

/** `vouchsafe backup`. @throws CodedError; nothing is left behind then. */
export async function runBackup(target: string, options: BackupArguments): Promise<void> {
  const folder = options.data ?? defaultDataFolder(process.env, process.platform);
  const { header, files, bytes } = await backUp({
    folder,
    target,
    ...(options.blobs === undefined ? {} : { blobs: options.blobs }),
    withKeys: options.withKeys === true,
    program: `vouchsafe ${packageVersion()}`,
    nowMs: Date.now(),
  });
  const keys = header.hasKeys ? 'private keys are in it' : 'private keys are not in it';
  await writeStream(process.stdout, [
    `backed up ${visible(folder)} to ${visible(target)}\n`,
    `${header.ledgerSize} entries, ${files} files, ${bytes} bytes; ${keys}\n`,
  ]);
}
