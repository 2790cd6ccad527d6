/**
 * Operator domains that ONNX, ONNX Runtime and its extensions define, or that exporters define by functions inside
 * the model. Anything else needs a library of native code that comes with the model.
 * Sources: onnx/defs, onnxruntime/core/graph/constants.h, onnxruntime-extensions, onnxscript.
 */
export const knownOnnxDomains: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.contrib',
  'ai.onnx.ml',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'ai.onnx.training',
  'com.microsoft',
  'com.microsoft.dml',
  'com.microsoft.experimental',
  'com.microsoft.extensions',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
  'com.ms.internal.nchwc',
  'org.pytorch.aten',
  'org.pytorch.prim',
]);

/** Operators that hand the data to Python code (ONNX Runtime, onnxruntime-extensions, ORTModule). */
export const pythonOnnxOperators: ReadonlySet<string> = new Set([
  'PyCustomOp',
  'PyFunc',
  'PyFuncOp',
  'PyOp',
  'PythonOp',
  'PythonOpGrad',
]);
