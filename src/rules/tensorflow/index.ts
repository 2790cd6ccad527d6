import { tensorflowAssetPath } from './tensorflow-asset-path.ts';
import { tensorflowFileOp } from './tensorflow-file-op.ts';
import { tensorflowPythonOp } from './tensorflow-python-op.ts';
import type { AnyRule } from '../rule.ts';

/** What a TensorFlow graph can reach for, sorted by id. */
export const tensorflowRules: readonly AnyRule[] = [tensorflowAssetPath, tensorflowFileOp, tensorflowPythonOp];
