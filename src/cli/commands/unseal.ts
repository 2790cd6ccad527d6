import type { Command } from 'commander';
import {
  addIdentityOptions,
  addKeyOptions,
  addReportOptions,
  parseRange,
  type UnsealArguments,
} from '../seal/seal-arguments.ts';

const AFTER = `
Without -i, --kms or --vault-key a passphrase is asked for. A result is written only when all of it is authentic; to a
pipe each part is, and the exit code tells whether it was everything.

Exit code: 0 opened; 1 the file was changed, cut off, or sealed to others; 2 could not run.

Examples:
  vouchsafe unseal model.safetensors.age -i key.txt
  vouchsafe unseal models.sealed -i key.txt -o models
  vouchsafe unseal models.sealed -i key.txt --check
  vouchsafe unseal model.safetensors.age -i key.txt --tensor lm_head.weight -o head.safetensors
  vouchsafe unseal data.tar.age -i key.txt -o - | tar x`;

/** Adds `vouchsafe unseal`. */
export function defineUnseal(program: Command): void {
  const unseal = program
    .command('unseal')
    .summary('decrypt what seal or age encrypted, or one tensor of it')
    .description('Opens a sealed file, folder or standard input (-), and refuses whatever was changed.')
    .argument('<in>', 'a sealed file or folder, or -')
    .option('-o, --output <place>', 'where the result goes; default: the name without .age or .sealed');
  addKeyOptions(addIdentityOptions(unseal));
  unseal
    .option('--check', 'open and verify everything, write nothing')
    .option('--tensor <name>', 'take out one tensor, reading no other: to a .safetensors file, else its bytes alone')
    .option('--range <start-end>', 'take out these bytes of the content, the end not included', parseRange)
    .option('--force', 'replace what is there');
  addReportOptions(unseal)
    .addHelpText('after', AFTER)
    .action(async (input: string, options: UnsealArguments) => {
      const { runUnseal } = await import('../unseal/run-unseal.ts');
      await runUnseal(input, options);
    });
}
