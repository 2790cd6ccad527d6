/** Writes the few opcodes that bench data needs; protocol 2, as torch does, plus short strings of protocol 4. */
export class PickleWriter {
  readonly #parts: Buffer[] = [];

  /** Raw opcodes given as a latin-1 string. */
  raw(opcodes: string): this {
    this.#parts.push(Buffer.from(opcodes, 'latin1'));
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    const head = Buffer.alloc(5, 'X');
    head.writeUInt32LE(bytes.length, 1);
    this.#parts.push(head, bytes);
    return this;
  }

  int(value: number): this {
    const bytes = Buffer.alloc(5, 'J');
    bytes.writeInt32LE(value, 1);
    this.#parts.push(bytes);
    return this;
  }

  float(value: number): this {
    const bytes = Buffer.alloc(9, 'G');
    bytes.writeDoubleBE(value, 1);
    this.#parts.push(bytes);
    return this;
  }

  global(module: string, name: string): this {
    return this.raw(`c${module}\n${name}\n`);
  }

  end(): Buffer {
    this.raw('.');
    return Buffer.concat(this.#parts);
  }
}

/** One float32 tensor of a state dict: a `_rebuild_tensor_v2` call over a storage known by its key. */
export interface TensorEntry {
  readonly name: string;
  readonly key: string;
  readonly elements: number;
}

/** The object pickle of a torch state dict. Legacy files have one more item in a storage's identifier: its view. */
export function stateDict(tensors: readonly TensorEntry[], layout: 'zip' | 'legacy'): Buffer {
  const writer = new PickleWriter().raw('\x80\x02').global('collections', 'OrderedDict').raw(')R(');
  for (const { name, key, elements } of tensors) {
    writer.text(name).global('torch._utils', '_rebuild_tensor_v2').raw('((').text('storage');
    writer.global('torch', 'FloatStorage').text(key).text('cpu').int(elements);
    writer
      .raw(layout === 'legacy' ? 'NtQ' : 'tQ')
      .int(0)
      .int(elements)
      .raw('\x85')
      .int(1)
      .raw('\x85\x89');
    writer.global('collections', 'OrderedDict').raw(')RtR');
  }
  return writer.raw('u').end();
}
