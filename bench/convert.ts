/**
 * Measures `convert` beside `cp` and beside torch with safetensors, interleaved; prints a section in Markdown.
 *
 * usage: npm run build && node bench/convert.ts [--gigabytes N] [--rounds N] [--folder DIR]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCommand, type Run } from './measure-command.ts';
import { OutputFile } from './output-file.ts';
import { stateDict, type TensorEntry } from './pickle-writer.ts';
import { ZipWriter } from './zip-writer.ts';

const TENSORS = 200;
const FLOAT_BYTES = 4;
const GIGABYTE = 1e9;
/** Memory, where there is such a place: disks vary more between two runs than the tools differ. */
const SHARED_MEMORY = '/dev/shm';

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string', default: existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir() },
  },
});

interface Tool {
  readonly name: string;
  readonly command: (source: string, output: string) => readonly string[];
}

const main = join(import.meta.dirname, '..', 'bin', 'vouchsafe.js');
const ours = (name: string, ...options: readonly string[]): Tool => ({
  name,
  command: (source, output) => [process.execPath, main, 'convert', source, '-o', output, '--quiet', ...options],
});

const python = process.env['VOUCHSAFE_BENCH_PYTHON'] ?? 'python3';
const reference = (name: string, load: string): Tool => ({
  name,
  command: (source, output) => [
    python,
    '-c',
    `import sys, torch; from safetensors.torch import save_file; save_file({k: v.contiguous() for k, v in torch.load(sys.argv[1], ${load}).items()}, sys.argv[2], metadata={"format": "pt"})`,
    source,
    output,
  ],
});

const tools: readonly Tool[] = [
  { name: 'cp', command: (source, output) => ['cp', source, output] },
  ours('convert'),
  ours('convert --hash', '--hash'),
  ours('convert --hash all', '--hash', 'all'),
  ...(hasReference()
    ? [
        reference('torch.load(mmap) + save_file', 'weights_only=True, mmap=True'),
        reference('torch.load + save_file', 'weights_only=True'),
      ]
    : []),
];

const folder = mkdtempSync(join(values.folder, 'vouchsafe-bench-'));
try {
  console.log(bench());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function bench(): string {
  const source = join(folder, 'model.pt');
  makeCheckpoint(source);
  const runs = new Map<string, Run[]>(tools.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const tool of rotated(tools, round)) runs.get(tool.name)?.push(measure(tool, source));
  }
  const gigabytes = (statSync(source).size / GIGABYTE).toFixed(2);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return [
    `Made by \`bench/convert.ts\` on ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}: a torch zip checkpoint of ${gigabytes} GB in`,
    `${TENSORS} tensors, in ${values.folder === SHARED_MEMORY ? 'memory (tmpfs)' : 'a folder on disk'}, tools interleaved over ${values.rounds} rounds, load of the machine ${load} at the end.`,
    'Starting the program, scanning the source and syncing the output are part of ours; importing torch is part of its.',
    '',
    '| tool | median s | best s | × cp | peak MiB |',
    '|---|--:|--:|--:|--:|',
    ...tools.map(({ name }) => row(name, runs.get(name) ?? [], runs.get('cp') ?? [])),
    '',
  ].join('\n');
}

/** Another order in each round, so that none always runs after the same one. */
function rotated(all: readonly Tool[], by: number): readonly Tool[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}

function measure(tool: Tool, source: string): Run {
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  const run = measureCommand(tool.command(source, join(scratch, 'out.safetensors')), {}, scratch);
  if (run.status !== 0)
    throw new Error(`${tool.name} ended with ${run.status}; it left ${readdirSync(scratch).join()}`);
  rmSync(scratch, { recursive: true });
  return run;
}

function row(name: string, runs: readonly Run[], cp: readonly Run[]): string {
  const seconds = runs.map((run) => run.seconds);
  const peak = Math.max(...runs.map((run) => run.peakMegabytes ?? Number.NaN));
  const ratio = median(seconds) / median(cp.map((run) => run.seconds));
  const cells = [name, median(seconds).toFixed(2), Math.min(...seconds).toFixed(2), ratio.toFixed(2)];
  return `| ${[...cells, Number.isNaN(peak) ? '?' : peak.toFixed(0)].join(' | ')} |`;
}

function makeCheckpoint(path: string): void {
  const elements = Math.floor((Number(values.gigabytes) * GIGABYTE) / TENSORS / FLOAT_BYTES);
  const entries: TensorEntry[] = Array.from({ length: TENSORS }, (_, i) => ({
    name: `model.layers.${i}.weight`,
    key: `${i}`,
    elements,
  }));
  const content = Buffer.alloc(elements * FLOAT_BYTES);
  for (let i = 0, state = 1; i < content.length; i += FLOAT_BYTES) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content.writeUInt32LE(state, i);
  }
  const out = new OutputFile(path);
  const zip = new ZipWriter(out);
  zip.add('archive/data.pkl', stateDict(entries, 'zip'));
  zip.add('archive/byteorder', Buffer.from('little'));
  for (const { key } of entries) zip.add(`archive/data/${key}`, content);
  zip.add('archive/version', Buffer.from('3\n'));
  zip.finish();
  out.close();
}

function hasReference(): boolean {
  return spawnSync(python, ['-c', 'import torch, safetensors.torch'], { stdio: 'ignore' }).status === 0;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
