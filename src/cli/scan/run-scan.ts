import { STDIN_TARGET, scanFiles } from '../../node/scan-files.ts';
import { sha256Text } from '../../node/digest.ts';
import { nearest } from '../../scan/nearest.ts';
import { renderReport } from '../../scan/reporters/index.ts';
import type { ReportContext } from '../../scan/reporters/wording.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { exitCodeOf, reaches, type Threshold } from '../../scan/threshold.ts';
import { visible } from '../../scan/visible-text.ts';
import type { ScanArguments } from './scan-arguments.ts';
import { planOutputs, type Output } from '../output-format.ts';
import { Progress, progressLine } from '../render/progress.ts';
import { renderTerminal } from '../render/terminal.ts';
import { streamTheme, plainTheme } from '../render/theme.ts';
import { UsageError } from '../usage-error.ts';
import { loadBaseline, loadPolicy, saveBaseline } from './load-files.ts';
import { checkWritable, isSameFile, writeAtomically, writeStream } from '../../node/write-file.ts';

/** `vouchsafe scan`: returns the exit code. @throws CodedError when it cannot run at all. */
export async function runScan(targets: readonly string[], options: ScanArguments): Promise<number> {
  checkTargets(targets);
  if (options.as !== undefined) await checkFormat(options.as);
  const outputs = planOutputs(options.format, options.output);
  for (const file of [...outputs.map((output) => output.file), options.writeBaseline]) {
    if (file === undefined) continue;
    if (targets.some((target) => isSameFile(file, target))) {
      throw UsageError.of(`writing ${visible(file)} would overwrite a file that is to be scanned`);
    }
    checkWritable(file);
  }
  const policy = await loadPolicy(options.policy);
  const baseline = await loadBaseline(options.baseline);
  const progress = new Progress(options.progress && options.quiet !== true);
  const report = await scanFiles(targets, {
    policy,
    baseline,
    jobs: options.jobs,
    hash: options.hash,
    includeGit: options.includeGit,
    format: options.as,
    omitClean:
      outputs.every(({ format }) => format !== 'json' && format !== 'junit' && format !== 'html') &&
      options.verbose !== true,
    stdin: { open: () => process.stdin, name: options.stdinName ?? '<stdin>' },
    onStuckThread: dieWhenDone,
    onProgress: (state) => progress.show((elapsed) => progressLine(state, elapsed)),
    onProblem: (path, reason) => progress.print(`vouchsafe: ${visible(path)}: ${visible(reason)}`),
    onSkipped: ({ path, reason, detail }) => {
      if (reason === 'directory-seen') progress.print(`vouchsafe: ${visible(path)}: ${visible(detail)}`);
    },
  });
  progress.end();
  await writeOutputs(outputs, report, options);
  if (options.writeBaseline !== undefined) await saveBaseline(options.writeBaseline, report, baseline);
  return conclude(report, options.failOn ?? policy?.failOn ?? 'inconclusive', options);
}

/** Everything has been written by then; the status, 137, is no success whatever the threshold. */
function dieWhenDone(): void {
  process.once('beforeExit', () => process.kill(process.pid, 'SIGKILL'));
}

function checkTargets(targets: readonly string[]): void {
  if (targets.includes(STDIN_TARGET) && process.stdin.isTTY) {
    throw UsageError.of('standard input is a terminal; pipe or redirect a file into it');
  }
  if (targets.includes('')) throw UsageError.of('a target is empty');
}

async function checkFormat(wanted: string): Promise<void> {
  const known = (await import('../../formats/index.ts')).formats.map((format) => format.id);
  if (known.includes(wanted)) return;
  const guess = nearest(wanted, known);
  const hint = guess === undefined ? `known are ${known.join(', ')}` : `did you mean ${guess}?`;
  throw UsageError.of(`unknown file format ${visible(wanted)}; ${hint}`);
}

async function writeOutputs(outputs: readonly Output[], report: ScanReport, options: ScanArguments): Promise<void> {
  const hasFindings = report.artifacts.some((artifact) => artifact.findings.length > 0);
  // The catalogue only explains findings; a clean run does without loading it.
  const rules = hasFindings ? (await import('../../rules/index.ts')).rules : [];
  const context: ReportContext = { rules, digest: sha256Text };
  for (const { format, file } of outputs) {
    const isTerminal = format === 'terminal';
    const theme = file === undefined ? streamTheme(process.stdout) : plainTheme;
    const chunks = isTerminal
      ? [renderTerminal(report, { theme, rules, level: levelOf(options) })]
      : await renderReport(format, report, context);
    if (file === undefined) await writeStream(process.stdout, chunks);
    else writeAtomically(file, chunks);
  }
}

function levelOf({ quiet, verbose }: ScanArguments): 'quiet' | 'normal' | 'verbose' {
  return quiet === true ? 'quiet' : verbose === true ? 'verbose' : 'normal';
}

/** Says why the exit code is not what the verdict alone would suggest. */
function conclude(report: ScanReport, threshold: Threshold, options: ScanArguments): number {
  const code = exitCodeOf(report, threshold);
  const say = (text: string): void => void process.stderr.write(`vouchsafe: ${text}\n`);
  if (code === 2) say('nothing could be scanned');
  else if (code === 0 && report.verdict !== 'clean' && options.quiet !== true) {
    say(`${report.verdict}, which --fail-on ${threshold} accepts`);
  } else if (code === 1 && !reaches(report.verdict, threshold)) say('failed, because a target could not be read');
  return code;
}
