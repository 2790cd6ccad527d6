import type { Span } from '../../bytes/span.ts';
import { TensorError } from '../errors.ts';
import type { ReadContext } from '../reader.ts';
import { bytesOf, elementCount } from '../shape.ts';
import type { RefusalCode, RefusedTensor, Tensor } from '../tensor.ts';
import { type OnnxType, onnxTypes } from './data-types.ts';
import type { OnnxTensor } from './tensor-listener.ts';
import { decodedVarints, PiecesSource } from './typed-data.ts';

/** Keys of `external_data` (onnx.proto). Any other once became an attribute of a Python object (CVE-2026-34445). */
const EXTERNAL_KEYS: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum', 'basepath']);
/** A varint takes a byte at least and this many at most. */
const MAX_VARINT_BYTES = 10;
const DECIMAL = /^\d{1,16}$/;

/** A tensor whose dtype and shape are known and whose bytes are looked for. */
interface Known {
  readonly context: ReadContext;
  readonly one: OnnxTensor;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly itemBytes: number;
}

/** Where the bytes of a tensor are. @throws TensorError when it says so twice, or says another size than it has. */
export function placeTensor(context: ReadContext, one: OnnxTensor): Tensor | RefusedTensor {
  const refuse = (code: RefusalCode, detail: string): RefusedTensor => ({ name: one.name, code, detail });
  if (one.isCut) return refuse('layout-unknown', 'a name, shape or list of pieces beyond every real one');
  if (one.name === '') return refuse('name-invalid', 'a tensor without a name');
  const type = onnxTypes.get(one.dataType);
  if (type === undefined) return refuse('dtype-unsupported', `data type ${one.dataType}`);
  const itemBytes = bytesOf(type.dtype);
  if (!type.isSupported || itemBytes === undefined) return refuse('dtype-unsupported', `elements of ${type.dtype}`);
  if (one.isSegment) return refuse('layout-unknown', 'a segment of a larger tensor');
  const shape = one.dims.map((dim) => Number(BigInt.asIntN(64, dim)));
  const elements = shape.some((size) => size < 0) ? undefined : elementCount(shape);
  if (elements === undefined || !Number.isSafeInteger(elements * itemBytes)) {
    throw contradiction(context, `${one.name} has shape [${shape.join(', ')}]`);
  }
  return placeKnown({ context, one, type, shape, elements, itemBytes });
}

function placeKnown(known: Known): Tensor | RefusedTensor {
  const { context, one, elements } = known;
  const sources = [one.raw.length, one.typed.size, one.isExternal || one.external.length > 0 ? 1 : 0];
  if (sources.reduce((sum, count) => sum + count, 0) > 1) {
    const detail = `${one.name} gives its data more than once`;
    throw TensorError.of('ambiguous', { path: context.path, detail });
  }
  if (one.isExternal || one.external.length > 0) return placeExternal(known);
  const [raw] = one.raw;
  if (raw !== undefined) return atSpan(known, raw);
  const typed = [...one.typed][0];
  if (typed !== undefined) return placeTyped(known, ...typed);
  if (elements === 0) return atSpan(known, { start: 0, end: 0 });
  return { name: one.name, code: 'without-data', detail: 'a tensor without data' };
}

function contradiction({ path }: ReadContext, detail: string): TensorError {
  return TensorError.of('inconsistent', { path, detail });
}

function mustHave({ context, one, elements, itemBytes, shape }: Known, found: number): void {
  const expected = elements * itemBytes;
  if (found === expected) return;
  throw contradiction(context, `${one.name} of shape [${shape.join(', ')}] takes ${expected} bytes and has ${found}`);
}

function describe(known: Known): Pick<Tensor, 'name' | 'dtype' | 'shape' | 'storage'> {
  return { name: known.one.name, dtype: known.type.dtype, shape: known.shape, storage: undefined };
}

function atSpan(known: Known, span: Span): Tensor {
  const { context, itemBytes } = known;
  const byteLength = span.end - span.start;
  mustHave(known, byteLength);
  return {
    ...describe(known),
    placement: { source: context.source, offset: span.start, itemBytes, byteLength },
    origin: { member: '', span },
  };
}

function placeTyped(known: Known, field: string, spans: readonly Span[]): Tensor {
  const { context, one, type, elements, itemBytes } = known;
  if (field !== type.field) {
    throw contradiction(context, `${one.name} is of ${type.dtype} and keeps its values in ${field}`);
  }
  const [first] = spans;
  if (type.fixedBytes !== undefined && first !== undefined && spans.length === 1) return atSpan(known, first);
  const byteLength = elements * itemBytes;
  const origin = { member: '', span: undefined };
  if (type.fixedBytes !== undefined) {
    const source = new PiecesSource(context.source, spans);
    mustHave(known, source.size);
    return { ...describe(known), placement: { source, offset: 0, itemBytes, byteLength }, origin };
  }
  const stored = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  if (stored < elements || stored > elements * MAX_VARINT_BYTES) {
    throw contradiction(context, `${one.name} has ${elements} elements, its values take ${stored} bytes`);
  }
  const source = decodedVarints(
    { source: context.source, spans, itemBytes, byteLength, name: one.name },
    context.budget,
  );
  return { ...describe(known), placement: { source, offset: 0, itemBytes, byteLength }, origin };
}

/**
 * Data in another file. Which one, and where in it, is text of the model's author (CVE-2022-25882, CVE-2024-27318,
 * CVE-2025-51480): the file is opened by whoever guards the folder, or not at all.
 */
function placeExternal(known: Known): Tensor | RefusedTensor {
  const { context, one, elements, itemBytes } = known;
  const refuse = (detail: string): RefusedTensor => ({ name: one.name, code: 'external-data', detail });
  const place = externalPlace(one.external);
  if (typeof place === 'string') return refuse(place);
  const { location, start, length } = place;
  const source = context.openBeside?.(location);
  if (source === undefined) return refuse(`data in ${JSON.stringify(location)}, which is not opened`);
  const byteLength = elements * itemBytes;
  const end = start + byteLength;
  mustHave(known, length ?? source.size - start);
  if (end > source.size) {
    throw contradiction(context, `${one.name} reaches byte ${end} of ${location}, which has ${source.size}`);
  }
  return {
    ...describe(known),
    placement: { source, offset: start, itemBytes, byteLength },
    origin: { member: location, span: { start, end } },
  };
}

interface ExternalPlace {
  readonly location: string;
  readonly start: number;
  readonly length: number | undefined;
}

/** What the entries of `external_data` say, or why they cannot be believed. */
function externalPlace(entries: OnnxTensor['external']): ExternalPlace | string {
  const fields = new Map(entries);
  const unknown = entries.find(([key]) => !EXTERNAL_KEYS.has(key));
  if (unknown !== undefined) return `external data with the key ${JSON.stringify(unknown[0])}`;
  if (fields.size !== entries.length) return 'external data that gives a key twice';
  if ((fields.get('basepath') ?? '') !== '') return 'external data below a base path of its own';
  const [offset = '0', length] = [fields.get('offset'), fields.get('length')];
  const odd = [offset, length ?? '0'].find((number) => !DECIMAL.test(number));
  if (odd !== undefined) return `external data with the number ${JSON.stringify(odd)}`;
  const start = Number(offset);
  return { location: fields.get('location') ?? '', start, length: length === undefined ? undefined : Number(length) };
}
