import { onnxSchema } from '../../formats/onnx/schema.ts';
import { WireWalker } from '../../formats/protobuf.ts';
import { placeTensor } from '../onnx/place-tensor.ts';
import { TensorListener } from '../onnx/tensor-listener.ts';
import { TensorError } from '../errors.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import type { RefusedTensor, Tensor, TensorFile } from '../tensor.ts';

/** Initializers and constants of an ONNX model; those of branches and loops are named after their node. */
export const onnxReader = defineTensorReader({ format: 'onnx', read: (context) => read(context, 'ModelProto') });

/** One tensor in a file of its own. */
export const onnxTensorReader = defineTensorReader({
  format: 'onnx-tensor',
  read: (context) => read(context, 'TensorProto'),
});

function read(context: ReadContext, root: 'ModelProto' | 'TensorProto'): TensorFile {
  const { source, path, budget } = context;
  const listener = new TensorListener(source);
  let known = 0;
  const cover = (start: number, end: number): void => {
    known += end - start;
  };
  new WireWalker({ source, budget, cover }, onnxSchema, listener).walk(root, { start: 0, end: source.size });
  const unknown = source.size - known;
  const notes = unknown > 0 ? [`${unknown} bytes are in fields that onnx.proto does not have`] : [];
  const tensors: Tensor[] = [];
  const refused: RefusedTensor[] = listener.sparse.map((name) => {
    return { name, code: 'layout-sparse', detail: 'a sparse initializer' } as const;
  });
  const names = new Set<string>();
  for (const one of listener.tensors) {
    if (root === 'TensorProto' && one.name === '') one.name = nameOf(path);
    if (names.has(one.name)) throw TensorError.of('ambiguous', { path, detail: `two tensors are named ${one.name}` });
    names.add(one.name);
    const placed = placeTensor(context, one);
    if ('code' in placed) refused.push(placed);
    else tensors.push(placed);
  }
  const format = root === 'ModelProto' ? 'onnx' : 'onnx-tensor';
  return { format, tensors, refused, omitted: listener.others, metadata: listener.metadata, globals: [], notes };
}

function nameOf(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? '').replace(/\.pb$/i, '') || 'tensor';
}
