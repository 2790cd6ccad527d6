import type { TensorReader } from '../reader.ts';
import { safetensorsTensors } from './safetensors.ts';

/** Every format tensors can be read from, sorted by id. */
export const tensorReaders: readonly TensorReader[] = [safetensorsTensors];
