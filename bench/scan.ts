/**
 * Measures the scanner beside its peers and beside `cat` and `cp`, interleaved in one run. Prints its section of the results.
 *
 * usage: node bench/scan.ts [--rounds N] [--only CASE]
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './generate.ts';
import { MAX_SECONDS, measureCommand, type Run } from './measure-command.ts';
import { availableTools, type Tool } from './tools.ts';

/** A tool this slow is measured once: more rounds would tell nothing new. */
const SLOW_SECONDS = 15;
const MIB = 1024 * 1024;

interface BenchCase {
  readonly id: string;
  readonly title: string;
  readonly target: string;
  /** What the speed is told in. */
  readonly unit: 'files' | 'MiB';
  readonly files: number;
  readonly rounds: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    only: { type: 'string' },
  },
});

const CASES: readonly BenchCase[] = [
  { id: 'start', title: 'Start-up: one pickle of 1 KB', target: 'one.pkl', unit: 'files', files: 1, rounds: 9 },
  { id: 'small', title: '2,000 pickles of 1 KB', target: 'small-pickles', unit: 'files', files: 2000, rounds: 5 },
  { id: 'strings', title: 'One pickle of 3 million strings', target: 'strings.pkl', unit: 'MiB', files: 1, rounds: 3 },
  {
    id: 'zip',
    title: 'torch zip file, 512 MiB, 128 tensors',
    target: 'model-zip.pt',
    unit: 'MiB',
    files: 1,
    rounds: 5,
  },
  {
    id: 'legacy',
    title: 'torch legacy file, 512 MiB, 128 tensors',
    target: 'model-legacy.pt',
    unit: 'MiB',
    files: 1,
    rounds: 5,
  },
  { id: 'mixed', title: 'Folder of 2,000 mixed files', target: 'mixed', unit: 'files', files: 2000, rounds: 5 },
];

const scratch = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-'));
try {
  console.log(bench());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function bench(): string {
  const data = generate(join(import.meta.dirname, 'data'));
  const { tools, absent } = availableTools(scratch);
  const sections = CASES.filter(({ id }) => values.only === undefined || values.only === id).map((each) => {
    console.error(each.title);
    return section(each, measureCase(each, join(data, each.target), tools));
  });
  return [...preface(absent), ...sections].join('\n');
}

/** All tools once, then all again: a disturbance of the machine hits them alike. */
function measureCase(each: BenchCase, target: string, tools: readonly Tool[]): Map<string, Run[]> {
  const isFolder = statSync(target).isDirectory();
  const runs = new Map<string, Run[]>();
  const rounds = values.rounds === undefined ? each.rounds : Number(values.rounds);
  for (let round = 0; round < rounds; round += 1) {
    for (const tool of tools) {
      const command = tool.command(target, isFolder);
      const earlier = runs.get(tool.name) ?? [];
      if (command === null || earlier.some((run) => run.seconds > SLOW_SECONDS)) continue;
      runs.set(tool.name, [...earlier, measureCommand(command, tool.environment ?? {}, scratch)]);
      removeCopies();
    }
  }
  return runs;
}

function removeCopies(): void {
  for (const name of readdirSync(scratch)) rmSync(join(scratch, name), { recursive: true, force: true });
}

function section(each: BenchCase, runs: ReadonlyMap<string, readonly Run[]>): string {
  const cat = median((runs.get('cat') ?? []).map((run) => run.seconds));
  const rows = [...runs].map(([name, all]) => row(each, name, all, cat));
  return [
    `### ${each.title}`,
    '',
    `| tool | median s | best s | ${each.unit}/s | × cat | peak MiB | exit |`,
    '|---|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
  ].join('\n');
}

function row(each: BenchCase, name: string, runs: readonly Run[], cat: number): string {
  const seconds = median(runs.map((run) => run.seconds));
  const best = Math.min(...runs.map((run) => run.seconds));
  const peak = Math.max(...runs.map((run) => run.peakMegabytes ?? Number.NaN));
  const status = runs[0]?.status ?? null;
  const cells = [
    name,
    status === null ? `> ${MAX_SECONDS}` : seconds.toFixed(3),
    status === null ? '' : best.toFixed(3),
    status === null ? '' : Math.round(amount(each) / seconds).toLocaleString('en'),
    (seconds / cat).toFixed(1),
    Number.isNaN(peak) ? '?' : peak.toFixed(0),
    status === null ? 'stopped' : String(status),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** How many units the target holds. */
function amount(each: BenchCase): number {
  if (each.unit === 'files') return each.files;
  return statSync(join(import.meta.dirname, 'data', each.target)).size / MIB;
}

function preface(absent: readonly string[]): string[] {
  return [
    '`cat` and `cp` show what reading and copying alone cost. Exit 0 is "nothing found" for every scanner. What each of',
    'them leaves out: see README.md.',
    ...(absent.length === 0 ? [] : ['', `Not on this machine: ${absent.join(', ')}.`]),
    '',
  ];
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
