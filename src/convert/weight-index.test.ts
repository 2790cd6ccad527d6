import { describe, expect, it } from 'vitest';
import { indexStem, isTorchIndex, isTrainingState, safetensorsName } from './names.ts';
import { readWeightIndex } from './weight-index.ts';

const index = (text: string): ReadonlyMap<string, string> =>
  readWeightIndex(new TextEncoder().encode(text), 'x.index.json');

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
      expect(() => index(`{"weight_map":{"w":"${file}"}}`)).toThrow(expect.objectContaining({ code: 'index-invalid' }));
    },
  );

  it.each([
    '[]',
    '{}',
    '{"weight_map":[]}',
    '{"weight_map":{"a":1}}',
    '{"weight_map":{},"weight_map":{}}',
    '{',
    '{"weight_map":{"a":"x","a":"y"}}',
  ])('refuses %s', (text) => {
    expect(() => index(text)).toThrow(expect.objectContaining({ code: 'index-invalid' }));
  });
});

describe('names of files', () => {
  it.each([
    ['pytorch_model.bin', 'model.safetensors'],
    ['pytorch_model-00001-of-00002.bin', 'model-00001-of-00002.safetensors'],
    ['pytorch_model.fp16.bin', 'model.fp16.safetensors'],
    ['pytorch_model_v2.bin', 'pytorch_model_v2.safetensors'],
    ['adapter_model.bin', 'adapter_model.safetensors'],
    ['best.ckpt', 'best.safetensors'],
    ['.bin', '.bin.safetensors'],
    ['weights', 'weights.safetensors'],
  ])('%s becomes %s', (from, to) => {
    expect(safetensorsName(from)).toBe(to);
  });

  it('knows indexes and what training leaves behind', () => {
    expect([isTorchIndex('pytorch_model.bin.index.json'), indexStem('pytorch_model.bin.index.json')]).toEqual([
      true,
      'model',
    ]);
    expect(isTorchIndex('model.safetensors.index.json')).toBe(false);
    expect(['optimizer.pt', 'rng_state_0.pth', 'training_args.bin', 'model.bin'].map(isTrainingState)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
