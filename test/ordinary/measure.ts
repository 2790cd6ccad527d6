/**
 * Scans a folder made by `make_ordinary.py` and says how many ordinary files are not called clean, by producer and by rule.
 *
 * usage: node test/ordinary/measure.ts DIR [--library] [--list] [--under PREFIX]
 *
 * Exit status: 0 within the bound, 1 above it or when any ordinary file is called malicious, 2 when there is nothing to measure.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BufferSource, scanSource, type ArtifactReport, type Verdict } from '../../src/index.ts';
import { scanWithCommand } from './scan-with-command.ts';

/** What the project promises: under 2 % of ordinary files flagged. */
const MAX_FLAGGED_SHARE = 0.02;
const MESSAGES_PER_RULE = 12;
const FILES_SHOWN = 40;

type Measured = Pick<ArtifactReport, 'path' | 'verdict' | 'format' | 'findings' | 'milliseconds'>;

interface ManifestFile {
  readonly path: string;
  readonly producer: string;
}

interface Manifest {
  readonly environments: readonly { readonly label: string; readonly files: readonly ManifestFile[] }[];
}

interface Row {
  readonly producer: string;
  readonly environment: string;
  readonly report: Measured;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    library: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    under: { type: 'string', default: '' },
  },
});
process.exitCode = main(resolve(positionals[0] ?? process.env['VOUCHSAFE_ORDINARY'] ?? ''));

function main(folder: string): number {
  const manifestPath = join(folder, 'manifest.json');
  if (!existsSync(manifestPath)) {
    console.error(`no manifest.json in ${folder}: make one with test/ordinary/make_ordinary.py DIR`);
    return 2;
  }
  const rows = measure(folder, JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest);
  if (rows.length === 0) {
    console.error(`nothing to measure in ${folder}`);
    return 2;
  }
  printProducers(rows);
  const flagged = rows.filter((row) => row.report.verdict !== 'clean');
  printRules(flagged);
  printFiles(values.list ? flagged : flagged.slice(0, FILES_SHOWN));
  printTimes(rows);
  return conclude(rows, flagged);
}

function measure(folder: string, manifest: Manifest): Row[] {
  const scan = values.library ? scanWithLibrary(folder) : scanWithCommand(folder);
  return manifest.environments.flatMap((environment) =>
    environment.files
      .filter((file) => file.path.includes(values.under))
      .map((file) => ({ producer: file.producer, environment: environment.label, report: scan(file.path) })),
  );
}

function scanWithLibrary(folder: string): (path: string) => Measured {
  return (path) => {
    const file = join(folder, path);
    const hasSibling = (name: string): boolean => existsSync(join(dirname(file), name));
    return scanSource(new BufferSource(readFileSync(file)), path, { hasSibling });
  };
}

function conclude(rows: readonly Row[], flagged: readonly Row[]): number {
  const share = flagged.length / rows.length;
  const malicious = flagged.filter((row) => row.report.verdict === 'malicious').length;
  console.log(
    `\n${flagged.length} of ${rows.length} ordinary files flagged: ${percent(share)} (bound ${percent(MAX_FLAGGED_SHARE)}), ${malicious} called malicious`,
  );
  return share > MAX_FLAGGED_SHARE || malicious > 0 ? 1 : 0;
}

function printProducers(rows: readonly Row[]): void {
  const order: readonly Verdict[] = ['clean', 'inconclusive', 'suspicious', 'malicious'];
  console.log('| producer | environment | files | clean | inconclusive | suspicious | malicious | flagged |');
  console.log('|---|---|--:|--:|--:|--:|--:|--:|');
  for (const [key, group] of Map.groupBy(rows, (row) => `${row.producer} | ${row.environment}`)) {
    const counts = order.map((verdict) => group.filter((row) => row.report.verdict === verdict).length);
    const share = 1 - (counts[0] ?? 0) / group.length;
    console.log(`| ${key} | ${group.length} | ${counts.join(' | ')} | ${percent(share)} |`);
  }
}

/** Rules that cost a file its `clean`, with what they said most often: the list to work through. */
function printRules(flagged: readonly Row[]): void {
  const hits = flagged.flatMap(({ report }) => blaming(report).map((finding) => ({ finding, path: report.path })));
  const byRule = [...Map.groupBy(hits, (hit) => hit.finding.ruleId)].sort((a, b) => b[1].length - a[1].length);
  for (const [ruleId, group] of byRule) {
    console.log(`\n${ruleId}: ${new Set(group.map((hit) => hit.path)).size} files`);
    const byMessage = [...Map.groupBy(group, (hit) => hit.finding.message.replaceAll(/\d+/g, 'N'))].sort(
      (a, b) => b[1].length - a[1].length,
    );
    for (const [message, same] of byMessage.slice(0, MESSAGES_PER_RULE)) {
      console.log(`  ${same.length} x ${message.slice(0, 160)}  e.g. ${same[0]?.path}`);
    }
    if (byMessage.length > MESSAGES_PER_RULE)
      console.log(`  and ${byMessage.length - MESSAGES_PER_RULE} other messages`);
  }
}

function blaming(report: Measured): Measured['findings'] {
  return report.findings.filter(
    (finding) => finding.suppressed === undefined && finding.severity !== 'info' && finding.severity !== 'low',
  );
}

function printFiles(flagged: readonly Row[]): void {
  if (flagged.length > 0) console.log('');
  for (const { report } of flagged) {
    const rules = [...new Set(report.findings.map((finding) => finding.ruleId))].join(' ');
    console.log(`${report.verdict.padEnd(12)} ${report.path}  [${report.format}]  ${rules}`);
  }
}

function printTimes(rows: readonly Row[]): void {
  const slowest = rows.toSorted((a, b) => b.report.milliseconds - a.report.milliseconds).slice(0, 3);
  const total = rows.reduce((sum, row) => sum + row.report.milliseconds, 0);
  console.log(
    `\n${Math.round(total)} ms of scanning; slowest: ${slowest.map(({ report }) => `${report.path} ${report.milliseconds} ms`).join(', ')}`,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
