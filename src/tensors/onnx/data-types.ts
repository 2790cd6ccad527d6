/** A TensorProto.DataType: what it is called, and which typed field holds its values when they are not raw bytes. */
export interface OnnxType {
  /** A safetensors dtype, else ONNX's own name. */
  readonly dtype: string;
  readonly field: string;
  /** Bytes of one value as it is encoded in that field; undefined for varints. */
  readonly fixedBytes?: 4 | 8;
  readonly isSupported: boolean;
}

const varint = (dtype: string, field = 'int32_data'): OnnxType => ({ dtype, field, isSupported: true });
const fixed = (dtype: string, field: string, fixedBytes: 4 | 8): OnnxType => ({
  dtype,
  field,
  fixedBytes,
  isSupported: true,
});
const refused = (dtype: string): OnnxType => ({ dtype, field: '', isSupported: false });

/** By number (onnx.proto, TensorProto.DataType). */
export const onnxTypes: ReadonlyMap<number, OnnxType> = new Map([
  [1, fixed('F32', 'float_data', 4)],
  [2, varint('U8')],
  [3, varint('I8')],
  [4, varint('U16')],
  [5, varint('I16')],
  [6, varint('I32')],
  [7, varint('I64', 'int64_data')],
  [8, refused('STRING')],
  [9, varint('BOOL')],
  [10, varint('F16')],
  [11, fixed('F64', 'double_data', 8)],
  [12, varint('U32', 'uint64_data')],
  [13, varint('U64', 'uint64_data')],
  [14, fixed('C64', 'float_data', 4)],
  [15, refused('COMPLEX128')],
  [16, varint('BF16')],
  [17, varint('F8_E4M3')],
  [18, varint('F8_E4M3FNUZ')],
  [19, varint('F8_E5M2')],
  [20, varint('F8_E5M2FNUZ')],
  [21, refused('UINT4')],
  [22, refused('INT4')],
  [23, refused('FLOAT4E2M1')],
  [24, varint('F8_E8M0')],
  [25, refused('UINT2')],
  [26, refused('INT2')],
]);
