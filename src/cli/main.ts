import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CodedError } from '../bytes/errors.ts';
import { discardUnfinished, watchUnfinished } from '../node/output-file.ts';
import { packageVersion } from '../node/version.ts';
import { defineBackup } from './commands/backup.ts';
import { defineBom } from './commands/bom.ts';
import { defineClean } from './commands/clean.ts';
import { defineCompare } from './commands/compare.ts';
import { defineConvert } from './commands/convert.ts';
import { defineImport } from './commands/import.ts';
import { defineInspect } from './commands/inspect.ts';
import { defineKeygen } from './commands/keygen.ts';
import { defineLedger } from './commands/ledger.ts';
import { definePull } from './commands/pull.ts';
import { definePush } from './commands/push.ts';
import { defineReport } from './commands/report.ts';
import { defineRewrap } from './commands/rewrap.ts';
import { defineRules } from './commands/rules.ts';
import { defineScan } from './commands/scan.ts';
import { defineSeal } from './commands/seal.ts';
import { defineSign, defineAttest, defineDigest } from './commands/sign.ts';
import { defineServe } from './commands/serve.ts';
import { defineTensors } from './commands/tensors.ts';
import { defineUnseal } from './commands/unseal.ts';
import { defineVerify } from './commands/verify.ts';
import { defineWorker } from './commands/worker.ts';
import { visible } from '../scan/visible-text.ts';
import { describeFailure } from './failure.ts';

/** Could not run. */
const EXIT_FAILED = 2;

/** Every command; each loads what it needs when it is run. */
const commands = [
  defineScan,
  defineInspect,
  defineRules,
  defineConvert,
  defineClean,
  defineTensors,
  defineCompare,
  defineKeygen,
  defineSign,
  defineAttest,
  defineDigest,
  defineVerify,
  defineSeal,
  defineUnseal,
  defineRewrap,
  defineBom,
  defineReport,
  definePush,
  definePull,
  defineImport,
  defineServe,
  defineWorker,
  defineLedger,
  defineBackup,
];

function buildProgram(): Command {
  const program = new Command('vouchsafe')
    .description('Nothing in an AI system is trusted until it has been vouched for.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({
      sortSubcommands: false,
      helpWidth: Math.min(process.stdout.isTTY ? process.stdout.columns : 100, 100),
    })
    .configureOutput({ outputError: (text, write) => write(errorText(text)) })
    .addHelpText(
      'after',
      '\nExamples:\n  vouchsafe scan model.pt            one file\n  vouchsafe scan models/ --quiet     a folder, only what is not clean\n  vouchsafe inspect model.pt         what the file would do when loaded\n  vouchsafe rules                    what is looked for',
    );
  for (const define of commands) define(program);
  return program;
}

/** Commander's own words, each line with what was typed made visible. */
function errorText(text: string): string {
  const lines = text.trimEnd().split('\n').map(visible);
  return `${lines.join('\n').replace(/^error: /, 'vouchsafe: ')}\n`;
}

/** `vouchsafe model.pt` is what people type first. */
function hintOf(error: CommanderError, args: readonly string[]): string {
  const [first = ''] = args;
  if (error.code !== 'commander.unknownCommand' || !existsSync(first)) return '';
  return `(Did you mean vouchsafe scan ${visible(first)}?)\n`;
}

/** Runs the command line and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.stderr.write(hintOf(error, args));
      return error.exitCode === 0 ? 0 : EXIT_FAILED;
    }
    process.stderr.write(describeFailure(error));
    return error instanceof CodedError ? error.exitCode : EXIT_FAILED;
  }
}

// A reader that stops early, such as `head`, is no failure of the scan; the exit code still tells the verdict.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`vouchsafe: cannot write to standard output: ${error.message}\n`);
    process.exit(EXIT_FAILED);
  });
}
process.on('uncaughtException', (error) => {
  process.stderr.write(describeFailure(error));
  process.exit(EXIT_FAILED);
});
// Whoever ends a run early finds what was there before it, and nothing half-written beside it.
const endQuietly = (signal: NodeJS.Signals): void => {
  discardUnfinished();
  process.kill(process.pid, signal);
};
watchUnfinished((isAny) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    if (isAny) process.on(signal, endQuietly);
    else process.off(signal, endQuietly);
  }
});
process.on('exit', discardUnfinished);
process.exitCode = await main(process.argv.slice(2));
