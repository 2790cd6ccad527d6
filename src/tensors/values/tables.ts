/** A small floating-point format: sign, exponent and mantissa bits, and which codes are no numbers. */
interface SmallFloat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /**
   * `ieee`: the highest exponent is infinity and NaN. `fn`: only all ones is NaN. `fnuz`: the code of -0 is NaN (OCP 8-bit
   * formats, and those of Graphcore). `none`: every code is a number.
   */
  readonly special: 'ieee' | 'fn' | 'fnuz' | 'none';
}

const FLOATS: Readonly<Record<string, SmallFloat>> = {
  F16: { exponentBits: 5, mantissaBits: 10, bias: 15, special: 'ieee' },
  BF16: { exponentBits: 8, mantissaBits: 7, bias: 127, special: 'ieee' },
  F8_E5M2: { exponentBits: 5, mantissaBits: 2, bias: 15, special: 'ieee' },
  F8_E4M3: { exponentBits: 4, mantissaBits: 3, bias: 7, special: 'fn' },
  F8_E5M2FNUZ: { exponentBits: 5, mantissaBits: 2, bias: 16, special: 'fnuz' },
  F8_E4M3FNUZ: { exponentBits: 4, mantissaBits: 3, bias: 8, special: 'fnuz' },
  F4: { exponentBits: 2, mantissaBits: 1, bias: 1, special: 'none' },
};

const tables = new Map<string, Float64Array>();

/** The value of every code of a dtype of at most 16 bits; undefined for wider ones and unknown names. */
export function valueTable(dtype: string): Float64Array | undefined {
  const known = tables.get(dtype);
  if (known !== undefined) return known;
  const table = makeTable(dtype);
  if (table !== undefined) tables.set(dtype, table);
  return table;
}

function makeTable(dtype: string): Float64Array | undefined {
  const float = Object.hasOwn(FLOATS, dtype) ? FLOATS[dtype] : undefined;
  if (float !== undefined) {
    return Float64Array.from({ length: 2 ** (1 + float.exponentBits + float.mantissaBits) }, (_, code) =>
      floatValue(code, float),
    );
  }
  switch (dtype) {
    case 'F8_E8M0':
      return Float64Array.from({ length: 256 }, (_, code) => (code === 255 ? Number.NaN : 2 ** (code - 127)));
    case 'BOOL':
    case 'U8':
      return Float64Array.from({ length: 256 }, (_, code) => code);
    case 'I8':
      return Float64Array.from({ length: 256 }, (_, code) => (code < 128 ? code : code - 256));
    case 'U16':
      return Float64Array.from({ length: 65_536 }, (_, code) => code);
    case 'I16':
      return Float64Array.from({ length: 65_536 }, (_, code) => (code < 32_768 ? code : code - 65_536));
    default:
      return undefined;
  }
}

function floatValue(code: number, { exponentBits, mantissaBits, bias, special }: SmallFloat): number {
  const signAt = 2 ** (exponentBits + mantissaBits);
  const negative = code >= signAt;
  const magnitude = code % signAt;
  const exponent = Math.floor(magnitude / 2 ** mantissaBits);
  const mantissa = magnitude % 2 ** mantissaBits;
  if (special === 'fnuz' && code === signAt) return Number.NaN;
  if (special === 'fn' && magnitude === signAt - 1) return Number.NaN;
  if (special === 'ieee' && exponent === 2 ** exponentBits - 1) {
    if (mantissa !== 0) return Number.NaN;
    return negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const fraction = mantissa / 2 ** mantissaBits;
  const value = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
  return negative ? -value : value;
}
