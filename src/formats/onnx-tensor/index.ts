import { defineFormat, type Probe } from '../format.ts';
import { ModelListener } from '../onnx/model-listener.ts';
import { onnxSchema } from '../onnx/schema.ts';
import { topLevelFields, WireWalker } from '../protobuf.ts';

const DATA_TYPE = 2;
/** Fields that hold the numbers: typed ones, raw bytes, and places outside the file. */
const DATA_FIELDS = [4, 5, 6, 7, 9, 10, 11, 13];
const MAX_PROBED_FIELDS = 100_000;

/** One ONNX tensor in a file of its own, as test data and initializers are kept. Only all its fields together tell it. */
export const onnxTensor = defineFormat({
  id: 'onnx-tensor',
  title: 'ONNX tensor',
  extensions: ['.pb'],
  detect: (probe) => (probe.name.endsWith('.pb') && isTensor(probe) ? 'likely' : null),
  parse(context) {
    const listener = new ModelListener(context);
    try {
      new WireWalker(context, onnxSchema, listener).walk('TensorProto', { start: 0, end: context.source.size });
    } finally {
      const { external } = listener;
      context.emit('onnx', { irVersion: 0, operators: [], imports: [], functionDomains: new Set(), external });
    }
  },
});

function isTensor({ source }: Probe): boolean {
  const { numbers, known, complete } = topLevelFields(source, onnxSchema.TensorProto, MAX_PROBED_FIELDS);
  return complete && known && numbers.has(DATA_TYPE) && DATA_FIELDS.some((field) => numbers.has(field));
}
