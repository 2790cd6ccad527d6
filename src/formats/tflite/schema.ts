import { type FlatSchema, table } from '../flatbuffer.ts';

/**
 * The tables of a TensorFlow Lite model (tflite schema.fbs, version 3). The options of built-in operators are some 150
 * tables of plain numbers and short vectors; they are walked without knowing their fields.
 */
export const tfliteSchema = {
  Model: table('scalar [OperatorCode] [SubGraph] string [Buffer] 4 [Metadata] [SignatureDef]'),
  OperatorCode: table('scalar string scalar scalar'),
  SubGraph: table('[Tensor] 4 4 [Operator] string scalar'),
  Tensor: table('4 scalar scalar string Quantization scalar Sparsity 4 scalar [VariantType]'),
  VariantType: table('4 scalar scalar'),
  Quantization: table('4 4 4 8 scalar any scalar'),
  Sparsity: table('4 4 [Dimension]'),
  Dimension: table('scalar scalar scalar any scalar any'),
  Operator: table('scalar 4 4 scalar any 1 scalar 1 4 scalar scalar scalar any scalar'),
  Buffer: table('payload scalar scalar'),
  Metadata: table('string scalar'),
  SignatureDef: table('[TensorMap] [TensorMap] string scalar scalar'),
  TensorMap: table('string scalar'),
} as const satisfies FlatSchema;
