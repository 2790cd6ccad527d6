import { readBytes, type Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { WireListener } from '../../formats/protobuf.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const MAX_NAME_BYTES = 4096;
const MAX_METADATA_BYTES = 65_536;
/** Pieces of typed values kept for one tensor; writers use one. */
const MAX_PIECES = 4096;
/** Axes kept of one tensor; numpy knows 64. */
const MAX_AXES = 256;
const TEXTS: ReadonlySet<string> = new Set(['name', 'op_type', 'key', 'value', 'output', 'location']);

/** One TensorProto as it stands in the file. */
export interface OnnxTensor {
  /** As far as it is unique: inside the body of a loop or branch, the node's and attribute's names come before it. */
  name: string;
  readonly dims: readonly bigint[];
  readonly dataType: number;
  /** `raw_data`, each time it is given. */
  readonly raw: readonly Span[];
  /** Typed values by field; a lone number as well as a packed list is one piece. */
  readonly typed: ReadonlyMap<string, readonly Span[]>;
  readonly external: readonly (readonly [key: string, value: string])[];
  readonly isExternal: boolean;
  readonly isSegment: boolean;
  /** True when something was more than is kept of it. */
  readonly isCut: boolean;
}

export interface OnnxOther {
  readonly path: string;
  readonly what: string;
}

interface Frame {
  readonly type: string;
  readonly field: string;
  readonly texts: Map<string, string>;
  readonly numbers: Map<string, bigint>;
  readonly dims: bigint[];
  readonly raw: Span[];
  readonly typed: Map<string, Span[]>;
  readonly entries: (readonly [string, string])[];
  /** What lies below this message, on its way to the graph. */
  readonly tensors: { readonly field: string; readonly tensor: OnnxTensor }[];
  isSegment: boolean;
  isCut: boolean;
}

/** Gathers the tensors of a model from a walk over it: initializers, constants, and those of nested graphs. */
export class TensorListener implements WireListener {
  /** Those at the top, in the order of the file. */
  readonly tensors: OnnxTensor[] = [];
  readonly sparse: string[] = [];
  readonly others: OnnxOther[] = [];
  readonly metadata = new Map<string, string>();
  readonly #source: Source;
  readonly #frames: Frame[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  enter(type: string, field: string): void {
    this.#frames.push({
      type,
      field,
      texts: new Map(),
      numbers: new Map(),
      dims: [],
      raw: [],
      typed: new Map(),
      entries: [],
      tensors: [],
      isSegment: false,
      isCut: false,
    });
  }

  leave(type: string): void {
    const frame = this.#frames.pop() as Frame;
    const parent = this.#frames.at(-1);
    switch (type) {
      case 'StringStringEntryProto':
        return this.#entry(frame, parent);
      case 'TensorProto':
        return this.#give(parent, frame.field, tensorOf(frame));
      case 'AttributeProto':
        return this.#attribute(frame, parent);
      case 'NodeProto':
        return this.#node(frame, parent);
      case 'FunctionProto':
        return this.#leaveOut(frame, 'a tensor of a function');
      case 'TrainingInfoProto':
        return this.#leaveOut(frame, 'a tensor of the training graph');
      default:
        this.#leaveOther(frame, parent);
    }
  }

  #leaveOther(frame: Frame, parent: Frame | undefined): void {
    if (frame.type === 'Segment' && parent !== undefined) parent.isSegment = true;
    if (frame.type === 'SparseTensorProto') {
      this.sparse.push(frame.tensors.find(({ field }) => field === 'values')?.tensor.name ?? '');
    } else for (const { field, tensor } of frame.tensors) this.#give(parent, field, tensor);
  }

  number(field: string, value: bigint, span: Span): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (field === 'dims') this.#dim(frame, value);
    else if (field.endsWith('_data')) this.#typed(frame, field, span);
    else frame.numbers.set(field, value);
  }

  content(field: string, kind: string, span: Span): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (field === 'raw_data') frame.raw.push(span);
    else if (field.endsWith('_data')) this.#typed(frame, field, span);
    else if (kind === 'number' && field === 'dims') for (const dim of this.#packed(span)) this.#dim(frame, dim);
    else if (TEXTS.has(field)) this.#text(frame, field, span);
  }

  #dim(frame: Frame, value: bigint): void {
    if (frame.dims.length < MAX_AXES) frame.dims.push(value);
    else frame.isCut = true;
  }

  #typed(frame: Frame, field: string, span: Span): void {
    const pieces = frame.typed.get(field);
    if (pieces === undefined) frame.typed.set(field, [span]);
    else if (pieces.length < MAX_PIECES) pieces.push(span);
    else frame.isCut = true;
  }

  #text(frame: Frame, field: string, span: Span): void {
    // Of several outputs the first names a constant.
    if (field === 'output' && frame.texts.has(field)) return;
    const maxBytes = frame.field === 'metadata_props' ? MAX_METADATA_BYTES : MAX_NAME_BYTES;
    const size = span.end - span.start;
    if (size > maxBytes) frame.isCut = true;
    frame.texts.set(field, text.decode(readBytes(this.#source, span.start, Math.min(size, maxBytes))));
  }

  #packed(span: Span): bigint[] {
    const bytes = readBytes(this.#source, span.start, Math.min(span.end - span.start, MAX_AXES * 10));
    const values: bigint[] = [];
    let value = 0n;
    let shift = 0n;
    for (const byte of bytes) {
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte >= 0x80) continue;
      values.push(BigInt.asUintN(64, value));
      value = 0n;
      shift = 0n;
    }
    return values;
  }

  #entry(frame: Frame, parent: Frame | undefined): void {
    if (frame.isCut && parent !== undefined) parent.isCut = true;
    const entry = [frame.texts.get('key') ?? '', frame.texts.get('value') ?? ''] as const;
    if (frame.field === 'external_data') parent?.entries.push(entry);
    if (frame.field === 'metadata_props' && parent?.type === 'ModelProto') this.metadata.set(...entry);
  }

  #attribute(frame: Frame, parent: Frame | undefined): void {
    const name = frame.texts.get('name') ?? '';
    for (const { field, tensor } of frame.tensors) {
      // A tensor of the attribute itself is known by the attribute's name, one of a graph in it has its own.
      if (field === 't' || field === 'tensors') parent?.tensors.push({ field: `${name}:${field}`, tensor });
      else parent?.tensors.push({ field: 'graph', tensor: { ...tensor, name: `${name}.${tensor.name}` } });
    }
  }

  #node(frame: Frame, parent: Frame | undefined): void {
    const operator = frame.texts.get('op_type') ?? '';
    const output = frame.texts.get('output') ?? '';
    const owner = frame.texts.get('name') || output || operator;
    for (const { field, tensor } of frame.tensors) {
      if (field === 'graph') this.#give(parent, field, { ...tensor, name: `${owner}.${tensor.name}` });
      else if (operator === 'Constant' && field === 'value:t') this.#give(parent, field, { ...tensor, name: output });
      else this.others.push({ path: `${owner}.${field.split(':')[0]}`, what: `a tensor attribute of ${operator}` });
    }
  }

  #leaveOut(frame: Frame, what: string): void {
    const owner = frame.texts.get('name') ?? '';
    for (const { tensor } of frame.tensors) this.others.push({ path: `${owner}.${tensor.name}`, what });
  }

  #give(parent: Frame | undefined, field: string, tensor: OnnxTensor): void {
    if (parent === undefined || parent.type === 'ModelProto') this.tensors.push(tensor);
    else parent.tensors.push({ field, tensor });
  }
}

function tensorOf(frame: Frame): OnnxTensor {
  return {
    name: frame.texts.get('name') ?? '',
    dims: frame.dims,
    dataType: Number(frame.numbers.get('data_type') ?? 0n),
    raw: frame.raw,
    typed: frame.typed,
    external: frame.entries,
    isExternal: frame.numbers.get('data_location') === 1n,
    isSegment: frame.isSegment,
    isCut: frame.isCut,
  };
}
