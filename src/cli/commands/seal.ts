import type { Command } from 'commander';
import {
  addKeyOptions,
  addPassphraseOptions,
  addRecipientOptions,
  addReportOptions,
  type KeygenArguments,
  type SealArguments,
} from '../seal/seal-arguments.ts';

const AFTER = `
Files are in the format age-encryption.org/v1: age, rage and typage open them too. A folder becomes a folder of
sealed files with a sealed index, so that nothing in it can be removed, added or exchanged unnoticed.

Exit code: 0 sealed; 2 could not; then nothing half-written is left.

Examples:
  vouchsafe seal keygen -o key.txt
  vouchsafe seal model.safetensors -r age1… -o model.safetensors.age
  vouchsafe seal models/ -R team.txt --hide-names -o models.sealed
  vouchsafe seal model.pt --passphrase
  tar c data | vouchsafe seal - -r age1… > data.tar.age`;

const AFTER_KEYGEN = `
The file has mode 0600, and age reads it too. Its public key is printed: that is what others seal to.

Examples:
  vouchsafe seal keygen -o key.txt
  vouchsafe seal keygen --pq -o key-pq.txt          secure against quantum computers; needs age 1.3 or newer elsewhere
  vouchsafe seal keygen --passphrase -o key.age     the identity file itself sealed with a passphrase`;

/** Adds `vouchsafe seal` and `vouchsafe seal keygen`. */
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
  defineKeygen(seal);
}

function defineKeygen(seal: Command): void {
  const keygen = seal
    .command('keygen')
    .summary('make an identity to seal to')
    .description('Makes a new identity. Whoever has the file can open what is sealed to its public key.')
    .option('-o, --output <file>', 'where the identity goes; default: standard output')
    .option('--pq', 'a post-quantum identity: ML-KEM-768 with X25519');
  addReportOptions(addPassphraseOptions(keygen))
    .addHelpText('after', AFTER_KEYGEN)
    .action(async (_: object, command: Command) => {
      const { runKeygen } = await import('../seal/run-keygen.ts');
      // Commander gives options that `seal` knows too to `seal`, wherever they stand.
      await runKeygen(command.optsWithGlobals<KeygenArguments>());
    });
}
