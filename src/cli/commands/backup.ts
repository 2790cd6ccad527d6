import type { Command } from 'commander';
import type { BackupArguments, RestoreArguments } from '../backup/backup-arguments.ts';

const AFTER_BACKUP = `
A server may be running on the data folder: the records are copied as they are at one moment, and everything that
belongs to them. Keys are left out unless --with-keys asks for them: whoever has them can sign in the ledger's name, so
keep such a backup like the keys themselves. Without them, keep a copy of the folder keys elsewhere.

For records in PostgreSQL use pg_dump, for blobs in S3 the means of that store.

Exit code: 0 done; 2 could not run, and nothing was left behind.

Examples:
  vouchsafe backup /backups/2026-11-27
  vouchsafe backup /backups/2026-11-27 --data /var/lib/vouchsafe --with-keys`;

const AFTER_RESTORE = `
Every file is compared with the digest of when it was backed up. The data folder must not exist, or be empty.

What was recorded after the backup is lost, and checkpoints of it may be remembered elsewhere: by witnesses, by auditors,
in the old data folder. The first start writes an entry ledger.restored that says so. Name the last checkpoint you have
with --last-checkpoint (ledger.checkpoint of the old data folder), and it will be in that entry.

Exit code: 0 done; 2 could not run, and nothing was left behind.

Examples:
  vouchsafe restore /backups/2026-11-27 --data /var/lib/vouchsafe
  vouchsafe restore /backups/2026-11-27 --last-checkpoint /var/lib/vouchsafe.old/ledger.checkpoint`;

/** Adds `vouchsafe backup` and `vouchsafe restore`. */
export function defineBackup(program: Command): void {
  program
    .command('backup')
    .summary('copy the data of a server, which may be running')
    .description('Copies records, ledger and blobs of a data folder into a new folder.')
    .argument('<folder>', 'folder of the backup; must not exist, or be empty')
    .option('--data <folder>', 'data folder of the server')
    .option('--blobs <folder>', 'folder of the blobs, where it is not in the data folder')
    .option('--with-keys', 'copy the private keys, too')
    .addHelpText('after', AFTER_BACKUP)
    .action(async (target: string, options: BackupArguments) => {
      const { runBackup } = await import('../backup/run-backup.ts');
      await runBackup(target, options);
    });
  program
    .command('restore')
    .summary('make a data folder from a backup')
    .description('Checks a backup and makes a data folder from it.')
    .argument('<backup>', 'folder of the backup')
    .option('--data <folder>', 'data folder to make; must not exist, or be empty')
    .option('--last-checkpoint <file>', 'the last checkpoint of the ledger that you have')
    .addHelpText('after', AFTER_RESTORE)
    .action(async (source: string, options: RestoreArguments) => {
      const { runRestore } = await import('../backup/run-restore.ts');
      await runRestore(source, options);
    });
}
