import { extname, resolve } from 'node:path';
import { renderAssuranceHtml } from '../../assurance/html/page.ts';
import { assuranceSchema, type AssuranceReport } from '../../assurance/schema.ts';
import { CodedError } from '../../bytes/errors.ts';
import { gatherAssurance } from '../../node/assurance/gather-assurance.ts';
import { findBrowser, printPdf } from '../../node/assurance/print-pdf.ts';
import { loadTrust, type LoadedTrust } from '../../node/sign/load-trust.ts';
import { sha256Text } from '../../node/digest.ts';
import { checkWritable, isSameFile, writeAtomically, writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import { describeFailure } from '../failure.ts';
import { Progress, progressLine } from '../render/progress.ts';
import { plainTheme, streamTheme } from '../render/theme.ts';
import { loadPolicy } from '../scan/load-files.ts';
import { UsageError } from '../usage-error.ts';
import { checkOutside, isInside } from './check-outside.ts';
import type { AssuranceFormat, ReportArguments } from './report-arguments.ts';
import { renderAssuranceText } from './terminal.ts';

/** `vouchsafe report`: returns the exit code. @throws CodedError when it cannot run at all. */
export async function runReport(path: string, options: ReportArguments): Promise<number> {
  try {
    return await report(path, options);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(describeFailure(error));
    return 2;
  }
}

async function report(path: string, options: ReportArguments): Promise<number> {
  const format = formatOf(options);
  checkOutputs(path, options);
  checkJudges(path, options);
  const made = assuranceSchema.parse(await gather(path, options));
  await write(made, format, options);
  return made.answer === 'yes' || made.answer === 'conditionally' ? 0 : 1;
}

/** Before anything is read: what cannot be written or printed is said at once. */
function checkOutputs(path: string, { output, pdf, browser }: ReportArguments): void {
  for (const file of [output, pdf]) {
    if (file === undefined) continue;
    if (isSameFile(file, path)) throw UsageError.of(`writing ${visible(file)} would overwrite the model`);
    checkOutside(path, file);
    checkWritable(file);
  }
  if (output !== undefined && pdf !== undefined && resolve(output) === resolve(pdf)) {
    throw UsageError.of(`--output and --pdf both name ${visible(pdf)}`);
  }
  if (pdf !== undefined) findBrowser(browser);
}

/** Whoever made the model must not decide by whose word it is judged. */
function checkJudges(path: string, options: ReportArguments): void {
  const { publicKey = [], certificateRoots = [], trustedRoot, policy, scanPolicy } = options;
  for (const file of [...publicKey, ...certificateRoots, trustedRoot, policy, scanPolicy]) {
    if (file === undefined || !isInside(path, file)) continue;
    throw UsageError.of(`${visible(file)} came with the model, which cannot say by whom or what it is judged`);
  }
}

async function gather(path: string, options: ReportArguments): Promise<AssuranceReport> {
  const trust = trustOf(options);
  const policy = await loadPolicy(options.scanPolicy);
  const progress = new Progress(options.progress);
  try {
    return await gatherAssurance(path, {
      scan: {
        policy,
        jobs: options.jobs,
        onProgress: (state) => progress.show((elapsed) => progressLine(state, elapsed)),
        onStuckThread: () => void process.once('beforeExit', () => process.kill(process.pid, 'SIGKILL')),
      },
      limits: policy?.limits,
      trust,
      onTensors: (file) => progress.show(() => `counting the tensors of ${visible(file)}`),
    });
  } finally {
    progress.end();
  }
}

/** Whom to believe; undefined when nobody was named. @throws ReadError, SignError. */
function trustOf(options: ReportArguments): LoadedTrust | undefined {
  const { publicKey, certificateRoots, identity, identityProvider, trustedRoot, policy } = options;
  const given = [publicKey, certificateRoots, identity, identityProvider, trustedRoot, policy];
  if (given.every((one) => one === undefined)) return undefined;
  return loadTrust({ publicKeys: publicKey, certificateRoots, identity, identityProvider, trustedRoot, policy });
}

async function write(made: AssuranceReport, format: AssuranceFormat, options: ReportArguments): Promise<void> {
  const { output, pdf, browser } = options;
  const html = format === 'html' || pdf !== undefined ? renderAssuranceHtml(made, sha256Text) : '';
  if (pdf !== undefined) writeAtomically(pdf, [await printPdf(html, { browser })]);
  if (output !== undefined) writeAtomically(output, [textOf(made, format, html, true)]);
  const isShown = output === undefined && (pdf === undefined || options.format !== undefined);
  if (isShown) return writeStream(process.stdout, [textOf(made, format, html, false)]);
  const theme = streamTheme(process.stdout);
  const written = [output, pdf].filter((file) => file !== undefined).map((file) => `written to ${visible(file)}\n`);
  await writeStream(process.stdout, [renderAssuranceText(made, theme, true), ...written]);
}

function textOf(made: AssuranceReport, format: AssuranceFormat, html: string, isFile: boolean): string {
  if (format === 'html') return html;
  if (format === 'json') return `${jsonText(made, 2)}\n`;
  return renderAssuranceText(made, isFile ? plainTheme : streamTheme(process.stdout), false);
}

const ENDINGS: Readonly<Record<string, AssuranceFormat>> = {
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
  '.txt': 'terminal',
};

/** @throws UsageError when the ending of the output names no format. */
function formatOf({ format, output }: ReportArguments): AssuranceFormat {
  if (format !== undefined) return format;
  if (output === undefined) return 'terminal';
  const known = ENDINGS[extname(output).toLowerCase()];
  if (known !== undefined) return known;
  throw UsageError.of(`--output ${output}: its ending names no format; say --format terminal|json|html`);
}
