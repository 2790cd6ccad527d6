import type { Format } from './format.ts';
import { sevenZip } from './seven-zip/index.ts';
import { opaqueArchive } from './opaque-archive/index.ts';
import { lz4 } from './lz4/index.ts';
import { lzma } from './lzma/index.ts';
import { xz } from './xz/index.ts';
import { bzip2 } from './bzip2/index.ts';
import { zstd } from './zstd/index.ts';
import { coreml } from './coreml/index.ts';
import { zlib } from './zlib/index.ts';
import { gzip } from './gzip/index.ts';
import { tar } from './tar/index.ts';
import { zip } from './zip/index.ts';
import { gguf } from './gguf/index.ts';
import { gitLfsPointer } from './git-lfs-pointer/index.ts';
import { ini } from './ini/index.ts';
import { hdf5 } from './hdf5/index.ts';
import { json } from './json/index.ts';
import { npy } from './npy/index.ts';
import { onnx } from './onnx/index.ts';
import { matlab } from './matlab/index.ts';
import { onnxTensor } from './onnx-tensor/index.ts';
import { pbtxt } from './pbtxt/index.ts';
import { pickle } from './pickle/index.ts';
import { rawWeights } from './raw-weights/index.ts';
import { safetensors } from './safetensors/index.ts';
import { tensorBundle } from './tensor-bundle/index.ts';
import { tensorflow } from './tensorflow/index.ts';
import { tflite } from './tflite/index.ts';
import { toml } from './toml/index.ts';
import { torchLegacy } from './torch-legacy/index.ts';
import { torchTar } from './torch-tar/index.ts';
import { torchZip } from './torch-zip/index.ts';
import { ubjson } from './ubjson/index.ts';
import { xml } from './xml/index.ts';
import { yaml } from './yaml/index.ts';
import { jinja } from './jinja/index.ts';
import { text } from './text/index.ts';
import { pythonSource } from './python-source/index.ts';
import { media } from './media/index.ts';
import { nativeExecutable } from './native-executable/index.ts';

/**
 * Every format, in the order in which likely ones are tried. A test compares this list with the folders.
 */
export const formats: readonly Format[] = [
  zip,
  tar,
  sevenZip,
  gzip,
  zstd,
  bzip2,
  xz,
  lz4,
  zlib,
  lzma,
  opaqueArchive,
  torchZip,
  torchLegacy,
  torchTar,
  pickle,
  npy,
  gguf,
  safetensors,
  tensorBundle,
  tensorflow,
  tflite,
  coreml,
  onnx,
  onnxTensor,
  hdf5,
  matlab,
  ubjson,
  gitLfsPointer,
  jinja,
  pythonSource,
  json,
  yaml,
  toml,
  ini,
  pbtxt,
  xml,
  ...media,
  nativeExecutable,
  text,
  rawWeights,
];
