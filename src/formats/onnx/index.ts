import { FormatError } from '../../bytes/errors.ts';
import { type Confidence, defineFormat, type ParseContext, type Probe } from '../format.ts';
import { emitDocument } from '../emit-document.ts';
import { topLevelFields, WireWalker } from '../protobuf.ts';
import { ModelListener } from './model-listener.ts';
import { onnxSchema } from './schema.ts';

const modelSchema = onnxSchema.ModelProto;
const GRAPH = 7;
const IR_VERSION = 1;
/** Functions and opset imports are top-level fields too; torch's exporter writes some thousands of functions. */
const MAX_PROBED_FIELDS = 20_000;
const NAME_PROBE_BYTES = 16;

/** ONNX models. Protobuf has no magic number: the fields at the top of the file are what tells. */
export const onnx = defineFormat({
  id: 'onnx',
  title: 'ONNX model',
  extensions: ['.onnx'],
  detect,
  parse,
});

function detect(probe: Probe): Confidence | null {
  const tag = probe.head[0];
  if (tag === undefined || !couldStart(tag)) return null;
  const { numbers, known, complete } = topLevelFields(probe.source, modelSchema, MAX_PROBED_FIELDS);
  if (complete && known && numbers.has(GRAPH) && numbers.has(IR_VERSION)) return 'certain';
  const isBinary = probe.head.subarray(0, NAME_PROBE_BYTES).some((byte) => byte < 0x09);
  return numbers.has(GRAPH) || (isBinary && probe.name.endsWith('.onnx')) ? damaged(probe, known) : null;
}

/** A file that breaks off or goes on after the model is worth trying when it starts as one. */
function damaged(probe: Probe, known: boolean): Confidence | null {
  return probe.name.endsWith('.onnx') || (known && probe.startsWith([0x08])) ? 'likely' : null;
}

/** True for the tag of a field a model may start with: a known number, and the wire type it has. */
function couldStart(tag: number): boolean {
  const field = modelSchema.get(tag >>> 3);
  return field !== undefined && (tag & 7) === (field.kind === 'number' ? 0 : 2);
}

function parse(context: ParseContext): void {
  const listener = new ModelListener(context);
  try {
    new WireWalker(context, onnxSchema, listener).walk('ModelProto', { start: 0, end: context.source.size });
  } finally {
    report(context, listener);
  }
  if (listener.graphs === 0) {
    throw FormatError.of('malformed', {
      expected: 'a graph',
      found: 'a model without one',
      offset: context.source.size,
    });
  }
}

function report(context: ParseContext, listener: ModelListener): void {
  const { irVersion, imports, functionDomains, external } = listener;
  context.detail('irVersion', irVersion);
  context.detail('tensors', listener.tensors);
  context.detail('externalTensors', external.length);
  context.emit('onnx', { irVersion, operators: [...listener.operators.values()], imports, functionDomains, external });
  if (listener.metadata.length === 0) return;
  emitDocument(context, { root: { kind: 'map', entries: listener.metadata }, syntax: 'onnx-metadata' });
}
