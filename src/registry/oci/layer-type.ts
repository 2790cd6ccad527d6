/** What a file is to a model, as the ModelPack specification sorts layers; its media types end in these words. */
type LayerKind = 'weight' | 'weight.config' | 'doc' | 'code' | 'dataset';

const kindsByEnding: Readonly<Record<Exclude<LayerKind, 'weight.config'>, readonly string[]>> = {
  weight: [
    'bin',
    'ckpt',
    'gguf',
    'ggml',
    'h5',
    'keras',
    'msgpack',
    'npy',
    'npz',
    'onnx',
    'onnx_data',
    'pb',
    'pt',
    'pth',
    'safetensors',
    'tflite',
  ],
  doc: ['gif', 'jpeg', 'jpg', 'md', 'pdf', 'png', 'rst', 'svg'],
  code: ['c', 'cc', 'cpp', 'cu', 'h', 'ipynb', 'js', 'py', 'sh', 'ts'],
  dataset: ['arrow', 'csv', 'parquet', 'tsv'],
};

const kindOfEnding = new Map(
  Object.entries(kindsByEnding).flatMap(([kind, endings]) =>
    endings.map((ending): [string, LayerKind] => [ending, kind as LayerKind]),
  ),
);

const DOCUMENT = /^(?:readme|licen[cs]e|notice|copying|authors|citation|changelog)(?:\.|-|$)/;

/** Of a path alone, so that it is the same whatever is found out about the content: it is a part of what people pin. */
function kindOf(path: string): LayerKind {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (DOCUMENT.test(name)) return 'doc';
  return kindOfEnding.get(endingOf(name)) ?? 'weight.config';
}

/** Empty where a name has none. */
const endingOf = (name: string): string => /\.([^./]+)$/.exec(name)?.[1] ?? '';

/** Media type of a layer that is the file as it is. */
export const layerType = (path: string): string => `application/vnd.cncf.model.${kindOf(path)}.v1.raw`;

const formats: Readonly<Record<string, string>> = {
  gguf: 'gguf',
  onnx: 'onnx',
  pt: 'pt',
  pth: 'pt',
  safetensors: 'safetensors',
};

/** The format of the weights, where they have one that has a name; undefined where they have several. */
export function weightsFormat(paths: readonly string[]): string | undefined {
  const weights = paths.filter((path) => kindOf(path) === 'weight');
  const found = new Set(weights.map((path) => formats[endingOf(path.toLowerCase())]));
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
