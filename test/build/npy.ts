import { type Bytes, concat, le, toBytes } from './bytes.ts';

export interface NpyOptions {
  readonly descr?: string;
  readonly shape?: string;
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
  /** The whole header dictionary when it is to be odd. */
  readonly header?: string;
}

/** numpy/lib/format.py: magic, version, header length, a Python dictionary padded to 64, then the data. */
export function npy(data: Bytes, options: NpyOptions = {}): Uint8Array {
  const version = options.version ?? 1;
  const dictionary =
    options.header ??
    `{'descr': '${options.descr ?? '|O'}', 'fortran_order': ${options.fortran === true ? 'True' : 'False'}, 'shape': ${options.shape ?? '(1,)'}, }`;
  const lengthBytes = version === 1 ? 2 : 4;
  const unpadded = 6 + 2 + lengthBytes + dictionary.length + 1;
  const header = `${dictionary}${' '.repeat((64 - (unpadded % 64)) % 64)}\n`;
  return concat([0x93], 'NUMPY', [version, 0], le(header.length, lengthBytes), toBytes(header), data);
}
