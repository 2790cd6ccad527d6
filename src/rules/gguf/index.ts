import { ggufCountOverflow } from './gguf-count-overflow.ts';
import { ggufDuplicateName } from './gguf-duplicate-name.ts';
import { ggufInvalidValue } from './gguf-invalid-value.ts';
import { ggufPartialBlock } from './gguf-partial-block.ts';
import { ggufTensorRange } from './gguf-tensor-range.ts';
import { ggufTrailingBytes } from './gguf-trailing-bytes.ts';
import { ggufUnknownTensorType } from './gguf-unknown-tensor-type.ts';
import type { AnyRule } from '../rule.ts';

/** What can be wrong with a GGUF file, sorted by id. */
export const ggufRules: readonly AnyRule[] = [
  ggufCountOverflow,
  ggufDuplicateName,
  ggufInvalidValue,
  ggufPartialBlock,
  ggufTensorRange,
  ggufTrailingBytes,
  ggufUnknownTensorType,
];
