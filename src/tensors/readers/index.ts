import type { TensorReader } from '../reader.ts';

/** Every format tensors can be read from, sorted by id. */
export const tensorReaders: readonly TensorReader[] = [];
