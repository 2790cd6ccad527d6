const encoder = new TextEncoder();

type Part = string | Uint8Array | number;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** One protobuf field: a number as a varint, text and bytes with their length. */
export function field(number: number, value: Part): Uint8Array {
  if (typeof value === 'number') return Uint8Array.from([...varint(number * 8), ...varint(value)]);
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  return join([Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface OnnxParts {
  readonly nodes?: readonly Uint8Array[];
  readonly initializers?: readonly Uint8Array[];
  /** Further top-level fields. */
  readonly more?: readonly Uint8Array[];
}

/** A small ONNX model: one Relu unless other nodes are given. */
export function onnxModel({ nodes = [onnxNode('Relu')], initializers = [], more = [] }: OnnxParts = {}): Uint8Array {
  const graph = join([...nodes.map((node) => field(1, node)), field(2, 'g'), ...initializers.map((t) => field(5, t))]);
  return join([field(1, 8), field(2, 'pytorch'), field(7, graph), field(8, field(2, 17)), ...more]);
}

export function onnxNode(operator: string, domain = '', attributes: readonly Uint8Array[] = []): Uint8Array {
  const inputs = [field(1, 'x'), field(2, 'y'), field(3, 'node'), field(4, operator)];
  return join([...inputs, ...attributes.map((one) => field(5, one)), ...(domain === '' ? [] : [field(7, domain)])]);
}

/** A tensor whose data is in another file, by these keys. */
export function externalTensor(keys: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(keys).map(([key, value]) => field(13, join([field(1, key), field(2, value)])));
  return join([field(1, 4), field(2, 1), field(8, 'weight'), ...entries, field(14, 1)]);
}
