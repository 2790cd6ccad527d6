/** An element type of torch. */
export interface TorchDtype {
  /** The name safetensors has for it, else one in its manner. */
  readonly name: string;
  /** Bytes of one item of a storage; packed types put several elements into one. */
  readonly itemBytes: number;
  /** False when safetensors cannot hold it. */
  readonly supported: boolean;
  /** What a reversed byte order reverses: complex numbers keep the order of their parts. */
  readonly unitBytes: number;
  /** What a lazily negated tensor flips is a sign bit only for these. */
  readonly signed?: 'real' | 'complex';
}

const plain = (name: string, itemBytes: number, signed?: 'real'): TorchDtype => ({
  name,
  itemBytes,
  supported: true,
  unitBytes: itemBytes,
  ...(signed === undefined ? {} : { signed }),
});
const unsupported = (name: string, itemBytes: number): TorchDtype => ({
  name,
  itemBytes,
  supported: false,
  unitBytes: itemBytes,
});

/** By the name in `torch.`; c10/core/ScalarType.h and safetensors/torch.py. */
const dtypes = new Map<string, TorchDtype>([
  ['float64', plain('F64', 8, 'real')],
  ['float32', plain('F32', 4, 'real')],
  ['float16', plain('F16', 2, 'real')],
  ['bfloat16', plain('BF16', 2, 'real')],
  ['int64', plain('I64', 8)],
  ['int32', plain('I32', 4)],
  ['int16', plain('I16', 2)],
  ['int8', plain('I8', 1)],
  ['uint8', plain('U8', 1)],
  ['bool', plain('BOOL', 1)],
  ['uint16', plain('U16', 2)],
  ['uint32', plain('U32', 4)],
  ['uint64', plain('U64', 8)],
  ['float8_e4m3fn', plain('F8_E4M3', 1)],
  ['float8_e5m2', plain('F8_E5M2', 1)],
  ['float8_e4m3fnuz', plain('F8_E4M3FNUZ', 1)],
  ['float8_e5m2fnuz', plain('F8_E5M2FNUZ', 1)],
  ['float8_e8m0fnu', plain('F8_E8M0', 1)],
  // Two elements in one byte: torch counts the pairs, safetensors the elements.
  ['float4_e2m1fn_x2', plain('F4', 1)],
  ['complex64', { name: 'C64', itemBytes: 8, supported: true, unitBytes: 4, signed: 'complex' }],
  ['complex128', unsupported('C128', 16)],
  ['complex32', unsupported('C32', 4)],
]);

/** Storage classes by the dtype of their items; torch/storage.py, _dtype_to_storage_type_map. */
const storageDtypes = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['ComplexFloatStorage', 'complex64'],
  ['ComplexDoubleStorage', 'complex128'],
  // Bytes: what the elements are is said by the tensor.
  ['UntypedStorage', 'uint8'],
]);

/** A dtype by its name in `torch`; undefined for those whose items have no size that safetensors knows. */
export function dtypeNamed(name: string): TorchDtype | undefined {
  return dtypes.get(name);
}

/** The name of the dtype of a storage class, `torch.FloatStorage` or `torch.cuda.FloatStorage`; undefined for others. */
export function storageDtype(type: string): string | undefined {
  const match = /^torch\.(?:\w+\.)?(\w+Storage)$/.exec(type);
  return storageDtypes.get(match?.[1] ?? '');
}

/** True for storages whose items stand for other numbers by a scale. */
export function isQuantizedStorage(type: string): boolean {
  return /^torch\.(?:\w+\.)?QU?Int\w+Storage$/.test(type);
}
