import type { Format } from './format.ts';
import { gguf } from './gguf/index.ts';
import { gitLfsPointer } from './git-lfs-pointer/index.ts';
import { ini } from './ini/index.ts';
import { json } from './json/index.ts';
import { npy } from './npy/index.ts';
import { onnx } from './onnx/index.ts';
import { pbtxt } from './pbtxt/index.ts';
import { pickle } from './pickle/index.ts';
import { safetensors } from './safetensors/index.ts';
import { toml } from './toml/index.ts';
import { torchLegacy } from './torch-legacy/index.ts';
import { xml } from './xml/index.ts';
import { yaml } from './yaml/index.ts';
import { jinja } from './jinja/index.ts';
import { text } from './text/index.ts';
import { pythonSource } from './python-source/index.ts';

/**
 * Every format, in the order in which likely ones are tried. A test compares this list with the folders.
 */
export const formats: readonly Format[] = [
  torchLegacy,
  pickle,
  npy,
  gguf,
  safetensors,
  onnx,
  gitLfsPointer,
  json,
  yaml,
  toml,
  ini,
  pbtxt,
  xml,
  jinja,
  pythonSource,
  text,
];
