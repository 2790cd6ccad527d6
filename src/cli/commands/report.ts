import { Option, type Command } from 'commander';
import { assuranceFormats, type ReportArguments } from '../report/report-arguments.ts';
import { threadCount } from './number-arguments.ts';

const AFTER = `
The model is scanned and hashed anew; evidence files beside it are checked against what is there now. Each statement
says whether it was measured now or is stated by a file.

Exit code: 0 the answer is yes, with or without open points; 1 it is "not yet" or "no"; 2 could not run.

Examples:
  vouchsafe report models/llama
  vouchsafe report models/llama -o report.html --pdf report.pdf
  vouchsafe report models/llama --public-key publisher.pem -o report.html
  vouchsafe report models/llama -f json | jq .answer`;

/** Adds `vouchsafe report`. */
export function defineReport(program: Command): void {
  program
    .command('report')
    .summary('say whether a model may be used, and why (HTML, PDF)')
    .description(
      'Writes an assurance report for people who decide: a plain answer with its reasons, findings, signatures, conversion, cleaning, bill of materials, encryption, and what remains open.',
    )
    .argument('<path>', 'a model file or folder')
    .option('-o, --output <file>', 'write it to a file: .html, .json or .txt by its ending')
    .option('--pdf <file>', 'write it as PDF too, with a Chromium, Chrome or Edge of this machine')
    .addOption(
      new Option('-f, --format <format>', 'how to write it (default: terminal, or the ending of --output)').choices(
        assuranceFormats,
      ),
    )
    .option('--public-key <file...>', 'verify signatures: public keys in PEM of which one must have signed')
    .option('--certificate-roots <file...>', 'verify signatures: root certificates in PEM')
    .option('--identity <identity>', 'verify signatures: who must have signed keylessly')
    .option('--identity-provider <url>', 'issuer that vouches for --identity')
    .option('--trusted-root <file>', 'Sigstore trusted root, for keyless signatures and trusted times')
    .option('--policy <file>', 'signing policy: who must have signed, and what must be attested')
    .option('--scan-policy <file>', 'policy file of the scan')
    .option('--browser <path>', 'the browser that makes the PDF')
    .option('-j, --jobs <number>', 'worker threads (default: one for each processor)', threadCount)
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER)
    .action(async (path: string, options: ReportArguments) => {
      const { runReport } = await import('../report/run-report.ts');
      process.exitCode = await runReport(path, options);
    });
}
