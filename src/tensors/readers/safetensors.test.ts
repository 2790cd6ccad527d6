import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { safetensors, safetensorsWith } from '../../../test/build/tensors.ts';
import { CodedError } from '../../bytes/errors.ts';
import { BufferSource } from '../../bytes/source.ts';
import { readTensors } from '../read-tensors.ts';
import type { TensorFile } from '../tensor.ts';

const entry = '{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}';

function read(bytes: Uint8Array): TensorFile {
  return readTensors(new BufferSource(bytes), 'model.safetensors');
}

function codeOf(bytes: Uint8Array): string {
  try {
    read(bytes);
    return 'none';
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
}

describe('safetensors reader', () => {
  it('lists tensors in the order of the header, with their places and the metadata', () => {
    const header =
      '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[],"data_offsets":[4,8]},"1":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}';
    const file = read(safetensors(header, new Uint8Array(8)));
    expect(file.tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['b', 'F32', []],
      ['1', 'I32', [1]],
    ]);
    expect(file.tensors[0]?.placement).toMatchObject({ offset: 8 + header.length + 4, itemBytes: 4, byteLength: 4 });
    expect([...file.metadata]).toEqual([['format', 'pt']]);
  });

  it('keeps metadata whose values are documents of their own as text', () => {
    expect([...read(safetensorsWith({ config: '{"a": [1, 2]}' })).metadata]).toEqual([['config', '{"a": [1, 2]}']]);
  });

  // What the reference (0.8.0) accepts and readers could take differently.
  const ambiguous: readonly (readonly [string, string])[] = [
    ['white space before the brace', ` {"w":${entry}}`],
    ['two entries of one name with one range', `{"w":${entry},"w":${entry}}`],
    ['two entries of one name, one escaped', `{"t":${entry},"\\u0074":${entry}}`],
    ['two values of one metadata key', `{"__metadata__":{"a":"1","a":"2"},"w":${entry}}`],
    ['a field nobody knows', '{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"note":1}}'],
    ['an entry as an array', '{"w":["F32",[2,2],[0,16]]}'],
    ['metadata that is null', `{"__metadata__":null,"w":${entry}}`],
    ['two metadata maps', `{"__metadata__":{},"__metadata__":{},"w":${entry}}`],
    ['bytes after the JSON', `{"w":${entry}}x`],
  ];
  it.each(ambiguous)('refuses %s as ambiguous', (_, header) => {
    expect(codeOf(safetensors(header, new Uint8Array(16)))).toBe('ambiguous');
  });

  const contradictory: readonly (readonly [string, string])[] = [
    ['a size that is not shape times dtype', '{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,16]}}'],
    ['a hole', '{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}'],
    ['an overlap', `{"w":${entry},"v":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`],
    ['bytes after the last tensor', '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'],
    ['a range beyond the file', '{"w":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}'],
    ['a dtype nobody knows', '{"w":{"dtype":"C128","shape":[1],"data_offsets":[0,16]}}'],
    ['a metadata value that is no text', `{"__metadata__":{"a":1},"w":${entry}}`],
    ['a shape in floats', '{"w":{"dtype":"F32","shape":[2.0,2],"data_offsets":[0,16]}}'],
  ];
  it.each(contradictory)('refuses %s as inconsistent', (_, header) => {
    expect(codeOf(safetensors(header, new Uint8Array(16)))).toBe('inconsistent');
  });

  it('refuses a shape that only overflows, beside a zero', () => {
    const header = '{"w":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}}';
    expect(codeOf(safetensors(header, new Uint8Array(0)))).not.toBe('none');
  });

  it('notes what every reader takes alike: data that starts off the grid, odd padding', () => {
    const file = read(safetensors(`{"w":${entry}}`, new Uint8Array(16), { padding: '\n' }));
    expect(file.tensors).toHaveLength(1);
    expect(file.notes.join()).toContain('white space');
  });

  it('refuses every file that was cut, and says so with a code', () => {
    const bytes = safetensorsWith({ format: 'pt' });
    for (let length = 9; length < bytes.length; length += 1) {
      expect(codeOf(bytes.subarray(0, length)), `cut at ${length}`).not.toBe('none');
    }
  });

  it('never fails but with a code, whatever bytes are changed', () => {
    const bytes = safetensorsWith({ format: 'pt' });
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(edits, (all) => {
        const mutant = bytes.slice();
        for (const [at, byte] of all) mutant[at] = byte;
        try {
          for (const { placement, shape } of read(mutant).tensors) {
            expect(placement.offset + placement.byteLength).toBeLessThanOrEqual(mutant.length);
            expect(shape.every((size) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
          }
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
