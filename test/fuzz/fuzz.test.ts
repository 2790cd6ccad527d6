import { expect, test } from 'vitest';
import { Prng } from '../build/prng.ts';
import { hostileCases } from '../corpus/index.ts';
import { fuzzOnce, seedsOf } from './fuzz.ts';

const RUNS = 2500;

test('mutated files keep the promises: no throw, no hang, coverage adds up, never clean when something was not understood', () => {
  const seeds = seedsOf(hostileCases);
  const random = new Prng(20_261_121);
  const complaints = Array.from({ length: RUNS }, () => fuzzOnce(seeds, random)).filter(
    (complaint) => complaint !== null,
  );
  const told = complaints.map(
    ({ seed, what, bytes }) =>
      `${seed}: ${what.split('\n')[0]} ${Buffer.from(bytes.subarray(0, 300)).toString('base64')}`,
  );
  expect(told).toEqual([]);
}, 120_000);
