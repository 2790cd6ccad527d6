/**
 * Runs the benches and puts what each prints into its section of bench/RESULTS.md; the other sections stay as they are.
 *
 * usage: npm run bench [-- SUITE…] [--no-write] [options of the suite, when there is one]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const RESULTS = join(import.meta.dirname, 'RESULTS.md');
const GIB = 1024 ** 3;

/** Every suite: a program beside this one, and the title of its section. */
const suites = {
  scan: 'Scanning',
  convert: 'Converting',
  sign: 'Hashing for signatures',
  seal: 'Sealing',
  ledger: 'Recording in the ledger',
  policy: 'Deciding about access',
  keys: 'Keys',
  jobs: 'Jobs',
  'registry-scans': 'Scans of the registry',
  upload: 'Uploads',
  registry: 'Listing and searching models',
  download: 'Downloads',
} as const;
type Suite = keyof typeof suites;

const isSuite = (text: string): text is Suite => Object.hasOwn(suites, text);
const named = process.argv.slice(2).filter(isSuite);
const options = process.argv.slice(2).filter((text) => !isSuite(text) && text !== '--no-write');
const wanted = named.length === 0 ? (Object.keys(suites) as Suite[]) : named;
if (options.length > 0 && wanted.length !== 1) throw new Error(`name the suite that ${options.join(' ')} is for`);

for (const suite of wanted) {
  const text = run(suite);
  console.log(text);
  if (!process.argv.includes('--no-write')) writeFileSync(RESULTS, withSection(suite, text));
}

function run(suite: Suite): string {
  console.error(suites[suite]);
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, `${suite}.ts`), ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the suite ${suite} failed`);
  return `## ${suites[suite]}\n\n${stdout.trim()}\n`;
}

function withSection(suite: Suite, text: string): string {
  const sections = new Map(currentSections());
  sections.set(suites[suite], text);
  const ordered = Object.values(suites).flatMap((title) => sections.get(title) ?? []);
  return [preface(), ...ordered].join('\n');
}

/** The sections that are there, by title. */
function currentSections(): [string, string][] {
  const parts = readFileSync(RESULTS, 'utf8')
    .split(/^(?=## )/m)
    .slice(1);
  return parts.map((part) => [/^## (.*)$/m.exec(part)?.[1] ?? '', `${part.trim()}\n`]);
}

function preface(): string {
  const processor = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  const machine = `${processor}, ${Math.round(totalmem() / GIB)} GiB, Node ${process.versions.node}`;
  return [
    '# Bench results',
    '',
    `Made by \`npm run bench\` on ${machine}; files in the page cache or in memory, tools interleaved.`,
    'A section is made anew by `npm run bench -- scan`, `convert`, `sign`, `seal` or `ledger`.',
    '',
  ].join('\n');
}
