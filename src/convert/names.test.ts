import { describe, expect, it } from 'vitest';
import { isTorchIndex, isTrainingState, safetensorsName, shardedNames } from './names.ts';

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
    expect(isTorchIndex('pytorch_model.bin.index.json')).toBe(true);
    expect(shardedNames('pytorch_model.bin.index.json')).toEqual({
      index: 'model.safetensors.index.json',
      stem: 'model',
    });
    // transformers, `_add_variant`: pytorch_model.bin.index.fp16.json beside pytorch_model.fp16-00001-of-00002.bin.
    expect(isTorchIndex('pytorch_model.bin.index.fp16.json')).toBe(true);
    expect(shardedNames('pytorch_model.bin.index.fp16.json')).toEqual({
      index: 'model.safetensors.index.fp16.json',
      stem: 'model.fp16',
    });
    expect(isTorchIndex('model.safetensors.index.fp16.json')).toBe(false);
    expect(isTorchIndex('model.safetensors.index.json')).toBe(false);
    expect(['optimizer.pt', 'rng_state_0.pth', 'training_args.bin', 'model.bin'].map(isTrainingState)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
