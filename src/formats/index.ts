import type { Format } from './format.ts';
import { gguf } from './gguf/index.ts';
import { json } from './json/index.ts';
import { npy } from './npy/index.ts';
import { onnx } from './onnx/index.ts';
import { pickle } from './pickle/index.ts';
import { safetensors } from './safetensors/index.ts';
import { toml } from './toml/index.ts';
import { torchLegacy } from './torch-legacy/index.ts';
import { yaml } from './yaml/index.ts';
import { jinja } from './jinja/index.ts';
import { text } from './text/index.ts';

/**
 * Every format, in the order in which likely ones are tried. A test compares this list with the folders.
 */
export const formats: readonly Format[] = [torchLegacy, pickle, npy, gguf, safetensors, onnx, json, yaml, toml, jinja, text];
