import { safetensorsDuplicateKey } from './safetensors-duplicate-key.ts';
import { safetensorsInvalidEntry } from './safetensors-invalid-entry.ts';
import { safetensorsIrregularHeader } from './safetensors-irregular-header.ts';
import { safetensorsLargeHeader } from './safetensors-large-header.ts';
import { safetensorsShapeMismatch } from './safetensors-shape-mismatch.ts';
import { safetensorsTensorRange } from './safetensors-tensor-range.ts';
import { safetensorsTrailingBytes } from './safetensors-trailing-bytes.ts';
import { safetensorsUnknownDtype } from './safetensors-unknown-dtype.ts';
import type { AnyRule } from '../rule.ts';

/** What can be wrong with a safetensors file, sorted by id. */
export const safetensorsRules: readonly AnyRule[] = [
  safetensorsDuplicateKey,
  safetensorsInvalidEntry,
  safetensorsIrregularHeader,
  safetensorsLargeHeader,
  safetensorsShapeMismatch,
  safetensorsTensorRange,
  safetensorsTrailingBytes,
  safetensorsUnknownDtype,
];
