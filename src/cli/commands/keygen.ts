import { Option, type Command } from 'commander';
import { curveNames } from '../../sign/names.ts';
import {
  addPassphraseOptions,
  addReportOptions,
  type KeygenArguments as IdentityArguments,
} from '../seal/seal-arguments.ts';
import { ledgerAlgorithms } from '../../node/ledger/algorithms.ts';
import type { LedgerKeygenArguments } from '../ledger/ledger-arguments.ts';
import { signFormats, type KeygenArguments } from '../sign/sign-arguments.ts';

const AFTER = `
Keys for signing models, for sealing and for ledgers are of different kinds and cannot stand in for each other.`;

const AFTER_SIGN = `
Exit code: 0 written; 2 not written. An existing file is never overwritten.

Examples:
  vouchsafe keygen sign release.key                          also writes release.key.pub
  vouchsafe keygen sign release.key --curve P-384 --key-passphrase-file passphrase`;

const AFTER_SEAL = `
The file has mode 0600, and age reads it too. Its public key is printed: that is what others seal to.

Exit code: 0 written; 2 not written. An existing file is never overwritten.

Examples:
  vouchsafe keygen seal key.txt
  vouchsafe keygen seal key-pq.txt --pq           secure against quantum computers; needs age 1.3 or newer elsewhere
  vouchsafe keygen seal key.age --passphrase      the identity file itself sealed with a passphrase`;

const AFTER_LEDGER = `
The file has mode 0600. The verifier key is printed: that is what others check signatures with. A name is signed with the
key, so choose one that stays: the origin of the log, or the name of the witness.

Exit code: 0 written; 2 not written. An existing file is never overwritten.

Examples:
  vouchsafe keygen ledger witness.key --witness --name witness.example.org
  vouchsafe keygen ledger log.key --name ledger.example.org --algorithm ed25519`;

/** Adds `vouchsafe keygen sign`, `seal` and `ledger`. */
export function defineKeygen(program: Command): void {
  const keygen = program
    .command('keygen')
    .summary('make keys for signing, for sealing or for a ledger')
    .description('Makes a new key, readable by its owner only.')
    .helpCommand(false)
    .addHelpText('after', AFTER);
  keygen
    .command('sign')
    .summary('an EC key pair for sign and attest')
    .description('Writes a new EC private key, readable by its owner only, and beside it the public key.')
    .argument('<file>', 'private key to write; the public one gets the ending .pub')
    .addOption(new Option('--curve <curve>', 'curve of the key').choices(curveNames).default('P-256'))
    .option('--key-passphrase-file <file>', 'encrypt the private key with the first line of this file')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(signFormats).default('terminal'))
    .addHelpText('after', AFTER_SIGN)
    .action(async (file: string, options: KeygenArguments) => {
      const { runKeygen } = await import('../sign/run-keygen.ts');
      await runKeygen(file, options);
    });
  const seal = keygen
    .command('seal')
    .summary('an identity to seal to')
    .description('Makes a new identity. Whoever has the file can open what is sealed to its public key.')
    .argument('<file>', 'identity file to write, or - for standard output')
    .option('--pq', 'a post-quantum identity: ML-KEM-768 with X25519');
  addReportOptions(addPassphraseOptions(seal))
    .addHelpText('after', AFTER_SEAL)
    .action(async (file: string, options: IdentityArguments) => {
      const { runKeygen } = await import('../seal/run-keygen.ts');
      await runKeygen(file, options);
    });
  defineLedgerKeygen(keygen);
}

function defineLedgerKeygen(keygen: Command): void {
  keygen
    .command('ledger')
    .summary('a key for a ledger or its witness')
    .description('Makes a new key that signs the checkpoints of a ledger, or cosigns those of others.')
    .argument('<file>', 'private key to write')
    .requiredOption('--name <name>', 'name to sign under')
    .addOption(new Option('--algorithm <name>', 'kind of key').choices(ledgerAlgorithms).default('ml-dsa-44'))
    .option('--witness', 'for a witness, which signs the time as well')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(signFormats).default('terminal'))
    .addHelpText('after', AFTER_LEDGER)
    .action(async (file: string, options: LedgerKeygenArguments) => {
      const { runKeygen } = await import('../ledger/run-keygen.ts');
      await runKeygen(file, options);
    });
}
