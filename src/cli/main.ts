import { Command, CommanderError, Help } from 'commander';
import { packageVersion } from '../node/version.ts';
import { defineRules } from './commands/rules.ts';
import { defineScan } from './commands/scan.ts';
import { describeFailure } from './failure.ts';

/** Could not run. */
const EXIT_FAILED = 2;

/** Every command; each loads what it needs when it is run. */
const commands = [defineScan, defineRules];

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
      helpWidth: Math.min(new Help().helpWidth ?? process.stdout.columns ?? 80, 100),
    })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'vouchsafe: ')) })
    .addHelpText(
      'after',
      '\nExamples:\n  vouchsafe scan model.pt            one file\n  vouchsafe scan models/ --quiet     a folder, only what is not clean\n  vouchsafe rules                    what is looked for',
    );
  for (const define of commands) define(program);
  return program;
}

/** Runs the command line and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_FAILED;
    process.stderr.write(describeFailure(error));
    return EXIT_FAILED;
  }
}

// A reader that stops early, such as `head`, is no failure of the scan; the exit code still tells the verdict.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exit(EXIT_FAILED);
  });
}
process.on('uncaughtException', (error) => {
  process.stderr.write(describeFailure(error));
  process.exit(EXIT_FAILED);
});
process.exitCode = await main(process.argv.slice(2));
