import type { TensorReader } from '../reader.ts';
import { ggufReader } from './gguf.ts';
import { hdf5Reader } from './hdf5.ts';
import { npyReader } from './npy.ts';
import { onnxReader, onnxTensorReader } from './onnx.ts';
import { tensorBundleReader } from './tensor-bundle.ts';
import { zipReader } from './zip.ts';

/** Every format tensors can be read from, sorted by id. */
export const tensorReaders: readonly TensorReader[] = [
  ggufReader,
  hdf5Reader,
  npyReader,
  onnxReader,
  onnxTensorReader,
  tensorBundleReader,
  zipReader,
];
