import type { TensorReader } from '../reader.ts';
import { torchLegacy } from './torch-legacy.ts';
import { torchTar } from './torch-tar.ts';
import { torchZip } from './torch-zip.ts';

/** Every format tensors can be read from, sorted by id. */
export const tensorReaders: readonly TensorReader[] = [torchLegacy, torchTar, torchZip];
