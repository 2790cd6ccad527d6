/** Bits per element of every dtype of the reference implementation (safetensors 0.8, `Dtype`), in the order of its enum. */
const bits = {
  BOOL: 8n,
  F4: 4n,
  F6_E2M3: 6n,
  F6_E3M2: 6n,
  U8: 8n,
  I8: 8n,
  F8_E5M2: 8n,
  F8_E4M3: 8n,
  F8_E8M0: 8n,
  F8_E4M3FNUZ: 8n,
  F8_E5M2FNUZ: 8n,
  I16: 16n,
  U16: 16n,
  F16: 16n,
  BF16: 16n,
  I32: 32n,
  U32: 32n,
  F32: 32n,
  C64: 64n,
  F64: 64n,
  I64: 64n,
  U64: 64n,
} as const;

/** Bits per element by name; a Map, so that names such as `constructor` find nothing. */
export const dtypeBits: ReadonlyMap<string, bigint> = new Map(Object.entries(bits));
