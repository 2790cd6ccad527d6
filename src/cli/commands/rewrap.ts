import type { Command } from 'commander';
import {
  addIdentityOptions,
  addKeyOptions,
  addNewKeyOptions,
  addRecipientOptions,
  addReportOptions,
  type RewrapArguments,
} from '../seal/seal-arguments.ts';

const AFTER = `
Only the header is written anew; the encrypted content is copied as it is. Whoever could open the file before may have
kept its key, and can go on to open every copy of it: to shut somebody out, unseal and seal again.

Exit code: 0 rewrapped; 1 the file was changed, or sealed to others; 2 could not run.

Examples:
  vouchsafe rewrap model.age -i mine.txt -r age1…             let somebody else open it too
  vouchsafe rewrap models.sealed -i old.txt -R new.txt --remove`;

/** Adds `vouchsafe rewrap`. */
export function defineRewrap(program: Command): void {
  const rewrap = program
    .command('rewrap')
    .summary('change who can open a sealed file or folder')
    .description('Adds recipients to a sealed file or folder, or exchanges them, without decrypting the content.')
    .argument('<target>', 'a sealed file or folder');
  addNewKeyOptions(addRecipientOptions(addKeyOptions(addIdentityOptions(rewrap))));
  rewrap.option('--remove', 'leave the recipients of before out');
  addReportOptions(rewrap)
    .addHelpText('after', AFTER)
    .action(async (target: string, options: RewrapArguments) => {
      const { runRewrap } = await import('../rewrap/run-rewrap.ts');
      await runRewrap(target, options);
    });
}
