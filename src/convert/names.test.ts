import { describe, expect, it } from 'vitest';
import { indexStem, isTorchIndex, isTrainingState, safetensorsName } from './names.ts';

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
