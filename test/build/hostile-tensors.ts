import { array, assert, integer, property } from 'fast-check';
import { expect } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { BufferSource } from '../../src/bytes/source.ts';
import { readTensors } from '../../src/tensors/read-tensors.ts';
import { gatherTensor } from './gather-tensor.ts';
import { mutate } from './mutate.ts';
import { Prng } from './prng.ts';

/** The elements of every tensor, by name; undefined when the file is refused. Anything but a coded error fails the test. */
function contents(bytes: Uint8Array): Map<string, Uint8Array> | undefined {
  try {
    const { tensors } = readTensors(new BufferSource(bytes), 'model.pt', { limits: { minRatioBytes: 2 ** 20 } });
    return new Map(tensors.map((tensor) => [tensor.name, gatherTensor(tensor)]));
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

/**
 * Cuts a file at each offset: it is refused, never read as if it were whole. From `complete` on only padding is missing,
 * and nothing may change.
 */
export function expectCutsRefused(bytes: Uint8Array, complete = bytes.length): void {
  const whole = contents(bytes);
  expect(whole?.size).toBeGreaterThan(0);
  for (let length = 0; length < bytes.length; length += 1) {
    expect(contents(bytes.subarray(0, length)), `cut at ${length}`).toEqual(length < complete ? undefined : whole);
  }
}

/** Changes a few bytes: a coded error, or tensors whose elements all lie in the file. */
export function expectChangesSurvived(bytes: Uint8Array, numRuns = 100): void {
  const edits = array(integer({ min: 0, max: bytes.length * 256 - 1 }), { minLength: 1, maxLength: 6 });
  assert(
    property(edits, (edited) => {
      const mutant = bytes.slice();
      for (const number of edited) mutant[Math.floor(number / 256)] = number % 256;
      contents(mutant);
    }),
    { numRuns },
  );
  for (let seed = 0; seed < numRuns; seed += 1) contents(mutate(bytes, new Prng(seed)));
}
