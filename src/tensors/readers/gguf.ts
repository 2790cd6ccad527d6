import type { DocumentNode } from '../../formats/document.ts';
import type { GgufFaultCode, GgufFile, GgufTensor } from '../../formats/gguf/gguf-file.ts';
import { gguf } from '../../formats/gguf/index.ts';
import { tensorTypes } from '../../formats/gguf/tensor-types.ts';
import { TensorError } from '../errors.ts';
import { parseWith } from '../parse-with.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import { bytesOf, elementCount, swapUnit } from '../shape.ts';
import type { RefusedTensor, Tensor, TensorFile } from '../tensor.ts';

/** Faults that leave a tensor's bytes where they are said to be; any other means that loaders disagree. */
const HARMLESS: ReadonlySet<GgufFaultCode> = new Set([
  'old-version',
  'empty-key',
  'bad-boolean',
  'nested-array',
  'unknown-tensor-type',
  'retired-tensor-type',
  'trailing-bytes',
]);
/** Vocabularies and templates are no facts about tensors. */
const MAX_METADATA_LENGTH = 4096;
const DESCRIPTIVE = /^general\./;

/** Tensors of llama.cpp and its kin. Blocks of quantized numbers are listed under ggml's name for them. */
export const ggufReader = defineTensorReader({ format: 'gguf', read });

function read(context: ReadContext): TensorFile {
  const parsed = parseWith(context, gguf);
  const [file] = parsed.all('gguf');
  const start = file?.dataStart;
  if (file === undefined || start === undefined) throw TensorError.of('no-tensors', { path: context.path });
  for (const { code, detail } of file.faults) {
    if (code.startsWith('duplicate-')) throw TensorError.of('ambiguous', { path: context.path, detail });
    if (!HARMLESS.has(code)) throw TensorError.of('inconsistent', { path: context.path, detail });
  }
  const refused: RefusedTensor[] = [];
  const tensors = file.tensors.flatMap((tensor) => describe(tensor, { context, file, start, refused }));
  const notes = file.faults.map(({ detail }) => detail);
  if (tensors.some(({ shape }) => shape.length > 1)) {
    notes.push('GGUF lists axes from the innermost out; shapes are given from the outermost in');
  }
  const documents = parsed.all('document').map(({ root }) => root);
  return { format: 'gguf', tensors, refused, omitted: [], metadata: metadataOf(documents), globals: [], notes };
}

interface Place {
  readonly context: ReadContext;
  readonly file: GgufFile;
  readonly start: number;
  readonly refused: RefusedTensor[];
}

function describe(tensor: GgufTensor, { context, file, start, refused }: Place): Tensor[] {
  const { name } = tensor;
  const type = tensorTypes.get(tensor.type);
  const shape = tensor.dimensions.map(Number).toReversed();
  const elements = elementCount(shape);
  const refuse = (detail: string): Tensor[] => {
    refused.push({ name, code: 'dtype-unsupported', detail });
    return [];
  };
  if (type === undefined) return refuse(`elements of type ${tensor.type}, which ggml does not define`);
  if (elements === undefined) return refuse(`${shape.join(' × ')} elements`);
  const dtype = type.name;
  const swapBytes = file.endianness === 'big' ? swapUnit(dtype) : undefined;
  if (file.endianness === 'big' && type.elements > 1) return refuse(`big-endian blocks of ${dtype}`);
  const byteLength = (elements / type.elements) * type.bytes;
  const offset = start + Number(tensor.offset);
  const itemBytes = type.elements === 1 ? bytesOf(dtype) : undefined;
  return [
    {
      name,
      dtype,
      shape,
      placement: { source: context.source, offset, itemBytes, byteLength, swapBytes },
      storage: undefined,
      origin: { member: '', span: { start: offset, end: offset + byteLength } },
    },
  ];
}

function metadataOf(documents: readonly DocumentNode[]): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const root of documents) {
    for (const { key, value } of root.kind === 'map' ? root.entries : []) {
      if (!DESCRIPTIVE.test(key) || value.kind !== 'scalar' || value.value === null) continue;
      const text = String(value.value);
      if (text.length <= MAX_METADATA_LENGTH) metadata.set(key, text);
    }
  }
  return metadata;
}
