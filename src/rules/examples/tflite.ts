const text = new TextEncoder();

/** A FlatBuffer written front to back; offsets are zero until `link` fills them in. */
class FlatBuilder {
  readonly #bytes: number[] = [];

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** Appends a number of four bytes, aligned, and returns where it is. */
  u32(value: number): number {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
    return this.raw([0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff));
  }

  raw(bytes: Iterable<number>): number {
    const at = this.#bytes.length;
    this.#bytes.push(...bytes);
    return at;
  }

  /** Makes the offset at `place` lead to `target`, and returns the target. */
  link(place: number, target: number): number {
    for (const shift of [0, 8, 16, 24]) this.#bytes[place + shift / 8] = ((target - place) >>> shift) & 0xff;
    return target;
  }

  /** A table whose fields all take four bytes, linked to `place`; the result tells where each field is. */
  table(place: number, fields: readonly number[]): (field: number) => number {
    const vtableBytes = 4 + 2 * fields.length;
    const vtable = this.u32(vtableBytes + (4 + 4 * fields.length) * 65_536);
    this.raw(fields.flatMap((_, index) => [4 + 4 * index, 0]));
    const start = this.u32(0);
    this.link(place, start);
    this.#bytes[start] = start - vtable;
    for (const value of fields) this.u32(value);
    return (field) => start + 4 + 4 * field;
  }

  /** A vector of offsets, linked to `place`; returns where each is. */
  offsets(place: number, count: number): number[] {
    this.link(place, this.u32(count));
    return Array.from({ length: count }, () => this.u32(0));
  }

  vector(place: number, bytes: Iterable<number>): void {
    const items = [...bytes];
    this.link(place, this.u32(items.length));
    this.raw(items);
  }

  string(place: number, value: string): void {
    this.vector(place, text.encode(value));
    this.raw([0]);
  }
}

export interface TfliteParts {
  /** Names of custom operators. */
  readonly custom?: readonly string[];
  readonly description?: string;
  /** Bytes of the one buffer. */
  readonly data?: readonly number[];
}

const CUSTOM = 32;

/** A small TensorFlow Lite model: operator codes, one graph without nodes, one buffer. */
export function tfliteModel(parts: TfliteParts = {}): Uint8Array {
  const { custom = [], description = 'made by hand', data = [1, 2, 3] } = parts;
  const out = new FlatBuilder();
  const root = out.u32(0);
  out.raw(text.encode('TFL3'));
  const model = out.table(root, [3, 0, 0, 0, 0]);
  for (const [index, place] of out.offsets(model(1), custom.length).entries()) {
    out.string(out.table(place, [CUSTOM, 0, 1, CUSTOM])(1), custom[index] ?? '');
  }
  for (const place of out.offsets(model(2), 1)) out.table(place, []);
  out.string(model(3), description);
  for (const place of out.offsets(model(4), 1)) out.vector(out.table(place, [0])(0), data);
  return out.bytes;
}
