import { onnxExternalEntry } from './onnx-external-entry.ts';
import { onnxExternalPath } from './onnx-external-path.ts';
import { onnxPythonOperator } from './onnx-python-operator.ts';
import { onnxUnknownDomain } from './onnx-unknown-domain.ts';
import type { AnyRule } from '../rule.ts';

/** What an ONNX model can reach for, sorted by id. */
export const onnxRules: readonly AnyRule[] = [
  onnxExternalEntry,
  onnxExternalPath,
  onnxPythonOperator,
  onnxUnknownDomain,
];
