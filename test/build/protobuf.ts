import { type Bytes, concat, toBytes } from './bytes.ts';

/** A base-128 varint. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const more = rest > 127n;
    out.push(Number(rest & 127n) + (more ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(out);
}

/** Wire type 2: a length-delimited field. */
export function lengthField(number: number, ...content: readonly Bytes[]): Uint8Array {
  const bytes = concat(...content);
  return concat(varint(number * 8 + 2), varint(bytes.length), bytes);
}

/** Wire type 0. */
export function varintField(number: number, value: number | bigint): Uint8Array {
  return concat(varint(number * 8), varint(value));
}

const entry = (key: string, value: string): Uint8Array => concat(lengthField(1, key), lengthField(2, value));

/** An ONNX TensorProto whose data is elsewhere (field 13 external_data, 14 data_location = EXTERNAL). */
export function externalTensor(location: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  const entries = [['location', location], ...Object.entries(more)].map(([key, value]) =>
    lengthField(13, entry(key ?? '', value ?? '')),
  );
  return concat(varintField(1, 1), varintField(2, 1), lengthField(8, 'w'), ...entries, varintField(14, 1));
}

export interface OnnxParts {
  readonly initializers?: readonly Uint8Array[];
  readonly sparse?: readonly Uint8Array[];
  readonly nodes?: readonly Uint8Array[];
  readonly functions?: readonly Uint8Array[];
  readonly opsets?: readonly string[];
  readonly metadata?: readonly (readonly [string, string])[];
  readonly tail?: Bytes;
}

/** ModelProto: ir_version 1, producer 2, graph 7, opset_import 8, metadata_props 14, functions 25. */
export function onnx(parts: OnnxParts): Uint8Array {
  const graph = concat(
    ...(parts.nodes ?? []).map((node) => lengthField(1, node)),
    lengthField(2, 'graph'),
    ...(parts.initializers ?? []).map((tensor) => lengthField(5, tensor)),
    ...(parts.sparse ?? []).map((tensor) => lengthField(15, tensor)),
  );
  return concat(
    varintField(1, 8),
    lengthField(2, 'vouchsafe'),
    lengthField(7, graph),
    ...['', ...(parts.opsets ?? [])].map((domain) => lengthField(8, lengthField(1, domain), varintField(2, 17))),
    ...(parts.metadata ?? []).map(([key, value]) => lengthField(14, entry(key, value))),
    ...(parts.functions ?? []).map((definition) => lengthField(25, definition)),
    toBytes(parts.tail ?? []),
  );
}

/** NodeProto: output 2, name 3, op_type 4, attribute 5, domain 7. */
export function onnxNode(opType: string, domain = '', attributes: readonly Uint8Array[] = []): Uint8Array {
  return concat(
    lengthField(2, 'y'),
    lengthField(3, 'n'),
    lengthField(4, opType),
    ...attributes.map((one) => lengthField(5, one)),
    lengthField(7, domain),
  );
}

/** A SavedModel with one graph node per op, or with the ops inside a library function. */
export function savedModel(ops: readonly string[], inFunction = false): Uint8Array {
  const node = (op: string): Uint8Array => concat(lengthField(1, `n_${op}`), lengthField(2, op));
  const graph = inFunction
    ? lengthField(2, lengthField(1, lengthField(1, lengthField(1, 'f')), ...ops.map((op) => lengthField(3, node(op)))))
    : concat(...ops.map((op) => lengthField(1, node(op))));
  return concat(varintField(1, 1), lengthField(2, lengthField(1, lengthField(4, 'serve')), lengthField(2, graph)));
}
