import { describe, expect, it } from 'vitest';
import { BufferSource } from '../bytes/source.ts';
import { parseWeightIndex } from './weight-index.ts';

const index = (text: string): ReadonlyMap<string, string> =>
  parseWeightIndex(new BufferSource(new TextEncoder().encode(text)), 'x.index.json').weightMap;

describe('an index of weights', () => {
  it('maps tensors to files', () => {
    expect([...index('{"metadata":{"total_size":1},"weight_map":{"1":"b.bin","__proto__":"a.bin"}}')]).toEqual([
      ['1', 'b.bin'],
      ['__proto__', 'a.bin'],
    ]);
  });

  // transformers issues 46097 and 47176: values were joined to the folder unchecked.
  it.each(['../x.bin', '/etc/passwd', 'sub/x.bin', 'a\\\\b', 'https://x/y', 'C:x', '', '..'])(
    'refuses the file %s',
    (file) => {
      expect(() => index(`{"weight_map":{"w":"${file}"}}`)).toThrow(expect.objectContaining({ code: 'inconsistent' }));
    },
  );

  it.each([
    ['[]', 'malformed'],
    ['{}', 'malformed'],
    ['{"weight_map":[]}', 'malformed'],
    ['{"weight_map":{}}', 'malformed'],
    ['{"weight_map":{"a":1}}', 'inconsistent'],
    ['{"weight_map":{"a":"x"},"weight_map":{"a":"y"}}', 'ambiguous'],
    ['{', 'truncated'],
    ['{"weight_map":{"a":"x","a":"y"}}', 'ambiguous'],
  ])('refuses %s', (text, code) => {
    expect(() => index(text)).toThrow(expect.objectContaining({ code }));
  });
});
