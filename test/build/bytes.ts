const encoder = new TextEncoder();

/** Anything that stands for bytes in a builder: text is UTF-8. */
export type Bytes = Uint8Array | string | readonly number[];

export function toBytes(value: Bytes): Uint8Array {
  if (typeof value === 'string') return encoder.encode(value);
  return value instanceof Uint8Array ? value : Uint8Array.from(value);
}

export function concat(...parts: readonly Bytes[]): Uint8Array {
  const all = parts.map(toBytes);
  const out = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Each character is one byte; the way Python 2 and the text opcodes spell bytes. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** An unsigned or two's complement number of `width` bytes. */
export function le(value: number | bigint, width: number): Uint8Array {
  let rest = BigInt.asUintN(width * 8, BigInt(value));
  return Uint8Array.from({ length: width }, () => {
    const byte = Number(rest & 255n);
    rest >>= 8n;
    return byte;
  });
}

function f64le(value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setFloat64(0, value, true);
  return out;
}

export function f64be(value: number): Uint8Array {
  return f64le(value).toReversed();
}

export function f32le(...values: readonly number[]): Uint8Array {
  const out = new Uint8Array(values.length * 4);
  const view = new DataView(out.buffer);
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  return out;
}

/** `bytes` with zeros behind, up to the next multiple of `unit`. */
export function padTo(bytes: Uint8Array, unit: number, filler = 0): Uint8Array {
  const missing = (unit - (bytes.length % unit)) % unit;
  return concat(bytes, new Uint8Array(missing).fill(filler));
}

/** A copy with some bytes replaced. */
export function patched(bytes: Uint8Array, offset: number, by: Bytes): Uint8Array {
  const out = bytes.slice();
  out.set(toBytes(by), offset);
  return out;
}
