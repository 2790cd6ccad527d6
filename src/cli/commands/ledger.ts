import { InvalidArgumentError, type Command } from 'commander';
import type {
  LedgerExportArguments,
  LedgerVerifyArguments,
  LedgerWitnessArguments,
} from '../ledger/ledger-arguments.ts';
import { portNumber } from './number-arguments.ts';
import { formatOption } from './sign.ts';

const AFTER_VERIFY = `
EXPORT is a bundle (one file, or - for standard input), a folder of tiles, or the proof of one entry; URL is where a log
serves its tiles. Nothing is taken on the word of whoever made it: every hash is computed again, every checkpoint of the
history is checked against the entries, and what was done to the log is named, with the index.

A log that was cut back, or that tells others another story, looks perfect by itself. Compare with what you saw before
(--checkpoint), or with witnesses (--witness).

A Vouchsafe server shows its ledger to who may read it: give a key of a service with --token-file, or a key or token in
VOUCHSAFE_TOKEN. It goes to the address that you name and nowhere else.

Exit code: 0 verified; 1 not as it was signed; 2 could not run.

Examples:
  vouchsafe ledger verify ledger.jsonl --key ledger.vkeys --save-checkpoint seen.checkpoint
  vouchsafe ledger verify ledger.jsonl --key ledger.vkeys --checkpoint seen.checkpoint
  vouchsafe ledger verify https://vouchsafe.example.org/ledger/ --key ledger.vkeys --witness w1.vkey w2.vkey --quorum 1
  vouchsafe ledger verify https://vouchsafe.example.org/ledger/ --key ledger.vkeys --token-file auditor.key
  vouchsafe ledger verify decision.tlog-proof --key ledger.vkeys`;

const AFTER_WITNESS = `
A witness cosigns the checkpoints of logs that it knows, and never two that do not go on from one another. It speaks the
protocol of c2sp.org/tlog-witness, so it serves other logs, too. Run it on a machine that whoever runs the log does not.

The state is what it must not forget: keep it on a disk that lasts. It listens on loopback unless told otherwise; put a
proxy with TLS before it.

Exit code: 0 ended by a signal; 2 could not start.

Examples:
  vouchsafe keygen ledger witness.key --witness --name witness.example.org
  vouchsafe ledger witness --name witness.example.org --key witness.key --state witness.json --log ledger.vkeys`;

/** Adds `vouchsafe ledger`. */
export function defineLedger(program: Command): void {
  const ledger = program
    .command('ledger')
    .summary('check the ledger of decisions, or witness one')
    .description('Checks what a ledger has recorded without trusting whoever keeps it, and vouches for others.')
    .helpCommand(false);
  defineVerify(ledger);
  defineExport(ledger);
  defineWitness(ledger);
}

function defineVerify(ledger: Command): void {
  ledger
    .command('verify')
    .summary('check an export, a log at an address, or a proof')
    .description('Checks every entry, every checkpoint and every signature of a ledger, offline.')
    .argument('<export>', 'bundle, folder of tiles, proof of one entry, or address')
    .option(
      '--key <vkey...>',
      'verifier keys of the log, or files with one a line; of each kind named, one must have signed',
    )
    .option('--origin <origin>', 'origin line of the log (default: the name of its keys)')
    .option('--witness <vkey...>', 'verifier keys of witnesses, or files with one a line')
    .option('--quorum <number>', 'how many witnesses must have cosigned (default: all that are named)', wholeNumber)
    .option('--checkpoint <file>', 'a checkpoint seen before: what it covers must still be there, unchanged')
    .option('--save-checkpoint <file>', 'keep the last checkpoint when all is well, for the next time')
    .option('--token-file <file>', 'key or token to ask a server with, in the first line (default: VOUCHSAFE_TOKEN)')
    .option('--trust-on-first-use', 'take the keys that the export names itself: finds accidents, not forgeries')
    .addOption(formatOption())
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER_VERIFY)
    .action(async (place: string, options: LedgerVerifyArguments) => {
      const { runLedgerVerify } = await import('../ledger/run-verify.ts');
      process.exitCode = await runLedgerVerify(place, options);
    });
}

const AFTER_EXPORT = `
The export ends with the last checkpoint that was signed. A server may be running on the data folder. Whoever is allowed
to can also export over HTTP, from anywhere, and with PostgreSQL.

Exit code: 0 done; 2 could not run.

Examples:
  vouchsafe ledger export ledger.jsonl
  vouchsafe ledger export ledger.jsonl --data /var/lib/vouchsafe`;

function defineExport(ledger: Command): void {
  ledger
    .command('export')
    .summary('write the ledger of a data folder into a file that anybody can verify')
    .description('Writes every entry, with all checkpoints, as one bundle.')
    .argument('<file>', 'the bundle')
    .option('--data <folder>', 'data folder of the server')
    .option('--force', 'replace what is there')
    .addHelpText('after', AFTER_EXPORT)
    .action(async (file: string, options: LedgerExportArguments) => {
      const { runExport } = await import('../ledger/run-export.ts');
      await runExport(file, options);
    });
}

/** Where the witness listens when nothing is said: an arbitrary port that no well-known service has. */
const DEFAULT_PORT = 7390;

function defineWitness(ledger: Command): void {
  ledger
    .command('witness')
    .summary('cosign the checkpoints of logs')
    .description('Cosigns checkpoints over HTTP, each only when it goes on from the last.')
    .requiredOption('--name <name>', 'name to sign under, such as witness.example.org')
    .requiredOption('--key <file...>', 'private keys from keygen ledger --witness')
    .requiredOption('--state <file>', 'what was cosigned; made when it does not exist')
    .requiredOption('--log <vkey...>', 'verifier keys of the logs, or files with one a line')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 for any that is free', portNumber, DEFAULT_PORT)
    .addHelpText('after', AFTER_WITNESS)
    .action(async (options: LedgerWitnessArguments) => {
      const { runWitness } = await import('../ledger/run-witness.ts');
      await runWitness(options);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
