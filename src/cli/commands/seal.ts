import type { Command } from 'commander';
import { addKeyOptions, addRecipientOptions, addReportOptions, type SealArguments } from '../seal/seal-arguments.ts';

const AFTER = `
Files are in the format age-encryption.org/v1: age, rage and typage open them too. A folder becomes a folder of
sealed files with a sealed index, so that nothing in it can be removed, added or exchanged unnoticed.

Exit code: 0 sealed; 2 could not; then nothing half-written is left.

Examples:
  vouchsafe keygen seal key.txt
  vouchsafe seal model.safetensors -r age1… -o model.safetensors.age
  vouchsafe seal models/ -R team.txt --hide-names -o models.sealed
  vouchsafe seal model.pt --passphrase
  tar c data | vouchsafe seal - -r age1… > data.tar.age`;

/** Adds `vouchsafe seal`. */
export function defineSeal(program: Command): void {
  const seal = program
    .command('seal')
    .summary('encrypt files or folders at rest, in the age format')
    .description('Encrypts files, folders or standard input (-) so that only the named recipients can open them.')
    .argument('<in...>', 'files, folders, or -')
    .option('-o, --output <place>', 'where the result goes; default: IN.age, DIR.sealed; a folder for several inputs');
  addKeyOptions(addRecipientOptions(seal));
  seal
    .option('-a, --armor', 'write text instead of bytes')
    .option('--hide-names', 'of a folder, hide names and tree too')
    .option('--follow-links', 'of a folder, seal what symbolic links to files lead to')
    .option('--force', 'replace what is there');
  addReportOptions(seal)
    .addHelpText('after', AFTER)
    .action(async (inputs: string[], options: SealArguments) => {
      const { runSeal } = await import('../seal/run-seal.ts');
      await runSeal(inputs, options);
    });
}
