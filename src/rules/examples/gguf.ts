/** Numbers a GGUF file stores for its value types (gguf.h). */
export const ggufType = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

export interface GgufTensorParts {
  readonly name: string;
  readonly dimensions: readonly bigint[];
  readonly type?: number;
  readonly offset?: bigint;
}

/** Writes a GGUF file piece by piece, however wrong; counts are filled in at the end unless they are to lie. */
export class GgufBuilder {
  readonly #little: boolean;
  readonly #version: number;
  readonly #body: number[] = [];
  readonly #infos: number[] = [];
  #keys = 0n;
  #tensors = 0n;

  constructor(options: { readonly version?: number; readonly bigEndian?: boolean } = {}) {
    this.#version = options.version ?? 3;
    this.#little = options.bigEndian !== true;
  }

  string(key: string, value: string): this {
    return this.value(key, ggufType.string, this.#text(value));
  }

  uint32(key: string, value: number): this {
    return this.value(key, ggufType.uint32, this.number(4, BigInt(value)));
  }

  strings(key: string, values: readonly string[]): this {
    const items = values.flatMap((value) => this.#text(value));
    return this.value(key, ggufType.array, [...this.number(4, 8n), ...this.#count(BigInt(values.length)), ...items]);
  }

  /** A key with a value given as bytes after its type. */
  value(key: string, type: number, bytes: readonly number[]): this {
    this.#keys += 1n;
    this.#body.push(...this.#text(key), ...this.number(4, BigInt(type)), ...bytes);
    return this;
  }

  tensor({ name, dimensions, type = 0, offset = 0n }: GgufTensorParts): this {
    this.#tensors += 1n;
    this.#infos.push(...this.#text(name), ...this.number(4, BigInt(dimensions.length)));
    for (const dimension of dimensions) this.#infos.push(...this.#count(dimension));
    this.#infos.push(...this.number(4, BigInt(type)), ...this.number(8, offset));
    return this;
  }

  /** The file, with `dataBytes` zero bytes of tensor data after padding to 32. */
  build(dataBytes = 0, counts: { readonly keys?: bigint; readonly tensors?: bigint } = {}): Uint8Array {
    const head = [
      ...new TextEncoder().encode('GGUF'),
      ...this.number(4, BigInt(this.#version)),
      ...this.#count(counts.tensors ?? this.#tensors),
      ...this.#count(counts.keys ?? this.#keys),
      ...this.#body,
      ...this.#infos,
    ];
    const dataStart = dataBytes === 0 ? head.length : Math.ceil(head.length / 32) * 32;
    const file = new Uint8Array(dataStart + dataBytes);
    file.set(head);
    return file;
  }

  /** A number of `width` bytes in the byte order of the file. */
  number(width: number, value: bigint): number[] {
    const bytes = Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
    return this.#little ? bytes : bytes.toReversed();
  }

  #count(value: bigint): number[] {
    return this.number(this.#version === 1 ? 4 : 8, value);
  }

  #text(value: string): number[] {
    const bytes = [...new TextEncoder().encode(value)];
    return [...this.#count(BigInt(bytes.length)), ...bytes];
  }
}

/** An ordinary small model: two keys and two tensors, the first padded. */
export function ordinaryGguf(options: { readonly version?: number; readonly bigEndian?: boolean } = {}): Uint8Array {
  return new GgufBuilder(options)
    .string('general.architecture', 'llama')
    .uint32('general.alignment', 32)
    .tensor({ name: 'token_embd.weight', dimensions: [3n] })
    .tensor({ name: 'output.weight', dimensions: [32n, 2n], type: 8, offset: 32n })
    .build(32 + 96);
}
