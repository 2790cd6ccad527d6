import { tensorflowAssetPath } from './tensorflow-asset-path.ts';
import { tensorflowFileOp } from './tensorflow-file-op.ts';
import { tensorflowPythonOp } from './tensorflow-python-op.ts';

/** What a TensorFlow graph can reach for, sorted by id. */
export const tensorflowRules = [tensorflowAssetPath, tensorflowFileOp, tensorflowPythonOp] as const;
