import type { TensorReader } from '../reader.ts';
import { ggufReader } from './gguf.ts';
import { hdf5Reader } from './hdf5.ts';
import { npyReader } from './npy.ts';
import { onnxReader, onnxTensorReader } from './onnx.ts';
import { safetensorsTensors } from './safetensors.ts';
import { tensorBundleReader } from './tensor-bundle.ts';
import { torchLegacy } from './torch-legacy.ts';
import { torchTar } from './torch-tar.ts';
import { torchZip } from './torch-zip.ts';
import { zipReader } from './zip.ts';

/** Every format tensors can be read from, sorted by id. */
export const tensorReaders: readonly TensorReader[] = [
  ggufReader,
  hdf5Reader,
  npyReader,
  onnxReader,
  onnxTensorReader,
  safetensorsTensors,
  tensorBundleReader,
  torchLegacy,
  torchTar,
  torchZip,
  zipReader,
];
