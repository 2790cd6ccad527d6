/**
 * Measures sealing beside the age command and typage, and taking one tensor out of a sealed file.
 *
 * usage: npm run build && node bench/seal.ts [--megabytes N] [--rounds N] [--folder DIR]
 *
 * Wall time, and processor time, which says more on a machine that has other things to do. Files go to a folder in
 * memory where there is one, so that no disk is measured.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { SealedFile, findTensor, tensorParts } from '../src/node/seal/open-part.ts';
import { generateIdentity, parseIdentity } from '../src/seal/keys/parse-keys.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
  },
});
const bytes = Number(values.megabytes) * 1_000_000;
const rounds = Number(values.rounds);
const GNU_TIME = '/usr/bin/time';
/** typage needs some ten seconds for a gigabyte, so it gets less. */
const TYPAGE_SHARE = 5;
const TENSOR_BYTES = 4_000_000;

const folder = mkdtempSync(join(values.folder, 'vouchsafe-seal-'));
const at = (name: string): string => join(folder, name);

interface Cost {
  readonly wall: number;
  readonly cpu: number | null;
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  await writeModel(at('model.safetensors'), bytes);
  await writeModel(at('smaller.safetensors'), bytes / TYPAGE_SHARE);
  const { identity, recipient } = generateIdentity(false);
  writeFileSync(at('key.txt'), `${identity}\n`, { mode: 0o600 });
  const own = (...args: string[]): string[] => [
    process.execPath,
    join(import.meta.dirname, '../bin/vouchsafe.js'),
    ...args,
  ];
  const typage = (...args: string[]): string[] => [process.execPath, join(import.meta.dirname, 'typage.ts'), ...args];
  const hasAge = spawnSync('age', ['--version']).status === 0;
  const commands: [string, number, string[]][] = [
    ['vouchsafe seal', bytes, own('seal', at('model.safetensors'), '-r', recipient, '-o', at('own.age'), '--force')],
    ['vouchsafe unseal', bytes, own('unseal', at('own.age'), '-i', at('key.txt'), '-o', at('opened'), '--force')],
    ...(hasAge
      ? ([
          ['age', bytes, ['age', '-r', recipient, '-o', at('peer.age'), at('model.safetensors')]],
          ['age -d', bytes, ['age', '-d', '-i', at('key.txt'), '-o', at('opened'), at('peer.age')]],
        ] as [string, number, string[]][])
      : []),
    ['typage seal', bytes / TYPAGE_SHARE, typage('seal', recipient, at('smaller.safetensors'), at('typage.age'))],
    ['typage open', bytes / TYPAGE_SHARE, typage('open', identity, at('typage.age'), at('opened'))],
    ['cp', bytes, ['cp', at('model.safetensors'), at('copy')]],
  ];
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, , command] of commands) costs.set(name, [...(costs.get(name) ?? []), measure(command)]);
  }
  console.log('| command | wall, median | GB/s | processor seconds for a GB |\n| --- | ---: | ---: | ---: |');
  for (const [name, size] of commands) console.log(rowOf(name, size, costs.get(name) ?? []));
  await partOfFile(identity);
}

function rowOf(name: string, size: number, costs: readonly Cost[]): string {
  const wall = median(costs.map((cost) => cost.wall));
  const cpus = costs.map((cost) => cost.cpu).filter((cpu) => cpu !== null);
  const perGigabyte = cpus.length === 0 ? '' : (median(cpus) / (size / 1e9)).toFixed(2);
  return `| ${name} | ${wall.toFixed(2)} s | ${(size / 1e9 / wall).toFixed(2)} | ${perGigabyte} |`;
}

/** Opens the sealed file and takes one tensor from its middle, as a program that has the library loaded does. */
async function partOfFile(identity: string): Promise<void> {
  const keys = [parseIdentity(identity, 'the bench')];
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const started = performance.now();
    const file = await SealedFile.open(at('own.age'), keys);
    const tensor = findTensor(file.source, 'model.safetensors', `layer.${Math.floor(bytes / TENSOR_BYTES / 2)}`);
    let got = 0;
    for await (const [part] of tensorParts(tensor, false)) got += part?.length ?? 0;
    await file.close();
    if (got !== TENSOR_BYTES) throw new Error(`the tensor came out with ${got} bytes`);
    times.push(performance.now() - started);
  }
  console.log(
    `\none tensor of ${TENSOR_BYTES / 1e6} MB out of the sealed file, in process: median ${median(times).toFixed(1)} ms, first ${times[0]?.toFixed(1)} ms`,
  );
}

function measure(command: readonly string[]): Cost {
  const note = at('time');
  const timed = existsSync(GNU_TIME) ? [GNU_TIME, '-f', '%U %S', '-o', note, ...command] : command;
  const started = performance.now();
  execFileSync(timed[0] ?? '', timed.slice(1), { stdio: 'ignore' });
  const wall = (performance.now() - started) / 1000;
  const [user, system] = existsSync(note) ? readFileSync(note, 'utf8').split(' ').map(Number) : [];
  return { wall, cpu: user === undefined || system === undefined ? null : user + system };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** A safetensors file of F32 tensors with bytes that do not repeat. */
async function writeModel(file: string, size: number): Promise<void> {
  const count = Math.floor(size / TENSOR_BYTES);
  const entries = Array.from({ length: count }, (_, index) => [
    `layer.${index}`,
    { dtype: 'F32', shape: [TENSOR_BYTES / 4], data_offsets: [index * TENSOR_BYTES, (index + 1) * TENSOR_BYTES] },
  ]);
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)).padEnd(8 * Math.ceil((count * 90) / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const stream = createWriteStream(file);
  stream.write(Buffer.concat([length, header]));
  for (let index = 0; index < count; index += 1) {
    const block = Buffer.alloc(TENSOR_BYTES, Buffer.from(`tensor ${index} `));
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}
