import type { Archive } from './archive.ts';
import type { CoremlModel } from './coreml/coreml-model.ts';
import type { ConfigDocument } from './document.ts';
import type { GgufFile } from './gguf/gguf-file.ts';
import type { Hdf5File } from './hdf5/hdf5-file.ts';
import type { ActiveContent } from './media/active-content.ts';
import type { NativeExecutable } from './native-executable/index.ts';
import type { Notice } from './notice.ts';
import type { NpyHeader } from './npy/header.ts';
import type { OnnxModel } from './onnx/onnx-model.ts';
import type { SafetensorsFile } from './safetensors/safetensors-file.ts';
import type { PickleEvent } from './pickle/events.ts';
import type { NestedPayload } from './pickle/nested.ts';
import type { PickleEnd } from './pickle/stream.ts';
import type { PythonModule } from './python-source/syntax.ts';
import type { Template } from './template.ts';
import type { TensorflowGraph } from './tensorflow/tensorflow-graph.ts';
import type { TfliteModel } from './tflite/tflite-model.ts';
import type { TextContent } from './text-content.ts';
import type { TorchArchive } from './torch-zip/records.ts';

/**
 * What formats tell rules, by name. A rule asks for one facet and does not care which format it came from:
 * a chat template is judged alike from a JSON file, a `.jinja` file and a GGUF key.
 */
export interface Facets {
  /** What the examination itself ran into: damage, limits, bytes nobody understood. */
  notice: Notice;
  /** The listing of a container: zip, tar, 7z. */
  archive: Archive;
  /** A configuration tree: JSON, YAML, TOML, safetensors and GGUF metadata, Python literals inside strings. */
  document: ConfigDocument;
  /** The header of a NumPy array file. */
  npy: NpyHeader;
  /** What a torch checkpoint's object and records say of each other. */
  'torch-archive': TorchArchive;
  /** One thing a pickle does when it is loaded. */
  'pickle-event': PickleEvent;
  /** A constant of a pickle that is a payload itself. */
  'pickle-payload': NestedPayload;
  /** One pickle was read to its end, or as far as it goes. */
  'pickle-end': PickleEnd;
  /** A Jinja chat template. */
  template: Template;
  /** A document that can act when it is opened: scripts in SVG and PDF. */
  'active-content': ActiveContent;
  /** Machine code or bytecode. */
  executable: NativeExecutable;
  /** Python source, TorchScript's included. */
  python: PythonModule;
  /** Readable text, in pieces. */
  text: TextContent;
  /** The structure of a GGUF file. */
  gguf: GgufFile;
  /** The header of a safetensors file. */
  safetensors: SafetensorsFile;
  /** Operators and assets of a TensorFlow graph. */
  tensorflow: TensorflowGraph;
  /** Classes and files that a Core ML model names. */
  coreml: CoremlModel;
  /** Operators that a TensorFlow Lite model brings names for. */
  tflite: TfliteModel;
  /** What an HDF5 file refers to outside itself, and where its structure is odd. */
  hdf5: Hdf5File;
  /** Operators and outside files of an ONNX model. */
  onnx: OnnxModel;
}

export type FacetName = keyof Facets;
