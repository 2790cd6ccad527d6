import { array, assert, integer, property } from 'fast-check';
import { expect } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { BufferSource } from '../../src/bytes/source.ts';
import { gather } from '../../src/tensors/gather.ts';
import { readTensors, type ReadTensorsOptions } from '../../src/tensors/read-tensors.ts';
import type { Tensor, TensorFile } from '../../src/tensors/tensor.ts';

export function readBytesAs(bytes: Uint8Array, name: string, options: ReadTensorsOptions = {}): TensorFile {
  return readTensors(new BufferSource(bytes), name, options);
}

/** Every byte of a tensor in C order. */
export function contentOf(tensor: Tensor | undefined): number[] {
  if (tensor === undefined) return [];
  const into = new Uint8Array(tensor.placement.byteLength);
  gather(tensor, 0, into);
  return [...into];
}

/** Names and codes of what was refused. */
export function refusalsOf(file: TensorFile): (readonly [string, string])[] {
  return file.refused.map(({ name, code }) => [name, code] as const);
}

/** The code of what reading, to the last byte, throws; undefined when it throws nothing. */
export function codeOfReading(bytes: Uint8Array, name: string, options: ReadTensorsOptions = {}): string | undefined {
  try {
    for (const tensor of readBytesAs(bytes, name, options).tensors) contentOf(tensor);
    return undefined;
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** Cuts a file at each offset: what is still told is what the whole file tells, and anything else is a typed error. */
export function expectTruncationsTold(bytes: Uint8Array, name: string, options: ReadTensorsOptions = {}): void {
  const whole = new Map(readBytesAs(bytes, name, options).tensors.map((tensor) => [tensor.name, contentOf(tensor)]));
  for (let length = 0; length < bytes.length; length += 1) {
    try {
      for (const tensor of readBytesAs(bytes.subarray(0, length), name, options).tensors) {
        expect(contentOf(tensor), `cut at ${length}`).toEqual(whole.get(tensor.name));
      }
    } catch (error) {
      expect(error, `cut at ${length}`).toBeInstanceOf(CodedError);
    }
  }
}

/** Overwrites a few bytes at random: only typed errors leave a reader. */
export function expectMutationsTold(
  bytes: Uint8Array,
  name: string,
  options: ReadTensorsOptions = {},
  numRuns = 400,
): void {
  const edit = array(integer({ min: 0, max: bytes.length * 256 - 1 }), { minLength: 1, maxLength: 6 });
  assert(
    property(edit, (edits) => {
      const mutant = bytes.slice();
      for (const number of edits) mutant[Math.floor(number / 256)] = number % 256;
      codeOfReading(mutant, name, options);
    }),
    { numRuns },
  );
}
