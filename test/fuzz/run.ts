/** Fuzzes every format for `--seconds N` (default 30) from `--seed N`; complaints are printed with their bytes. */
import { parseArgs } from 'node:util';
import { Prng } from '../build/prng.ts';
import { hostileCases } from '../corpus/index.ts';
import { type Complaint, fuzzOnce, seedsOf } from './fuzz.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
});
const MAX_COMPLAINTS = 20;
/** Twice what the corpus itself needs: growth beyond it is a leak or a blow-up. */
const MAX_HEAP_BYTES = 1024 * 1024 * 1024;

const seeds = seedsOf(hostileCases);
const random = new Prng(Number(values.seed));
const end = performance.now() + Number(values.seconds) * 1000;
const complaints = new Map<string, Complaint>();
let runs = 0;
while (performance.now() < end && complaints.size < MAX_COMPLAINTS) {
  runs += 1;
  const complaint = fuzzOnce(seeds, random);
  if (complaint !== null) complaints.set(complaint.what.split('\n')[0]?.replaceAll(/\d+/g, 'N') ?? '', complaint);
  if (runs % 1000 === 0 && process.memoryUsage().heapUsed > MAX_HEAP_BYTES)
    throw new Error(`memory grew past ${MAX_HEAP_BYTES} bytes`);
}
for (const { seed, file, what, bytes } of complaints.values()) {
  console.log(`${seed} as ${file}: ${what}\n  ${Buffer.from(bytes.subarray(0, 2048)).toString('base64')}`);
}
console.log(`${runs} files from ${seeds.length} seeds, seed ${values.seed}: ${complaints.size} kinds of complaint`);
process.exitCode = complaints.size > 0 ? 1 : 0;
