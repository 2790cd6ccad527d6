import { message, type MessageSchema, type Schema } from '../protobuf.ts';

/** Kinds of models a file may hold (Model.proto), apart from those walked below. */
const PLAIN_MODELS = [
  300, 301, 302, 304, 400, 401, 402, 404, 501, 502, 600, 601, 602, 603, 604, 606, 607, 609, 610, 900, 2000, 2001, 2002,
  2003, 2004, 2005, 2006, 3000,
];
const WALKED_MODELS = [200, 201, 202, 303, 403, 500, 555, 556];
export const MODEL_FIELDS: ReadonlySet<number> = new Set([...PLAIN_MODELS, ...WALKED_MODELS]);
/** Layers have numbers from 100 on; 500 is the custom one (NeuralNetwork.proto). */
const FIRST_LAYER = 100;
const LAST_LAYER = 2000;

/** The kinds of `numbers` that are only numbers and settings. */
function payloads(numbers: readonly number[]): Record<number, string> {
  return Object.fromEntries(numbers.map((number) => [number, 'data payload']));
}

const layers = Array.from({ length: LAST_LAYER - FIRST_LAYER }, (_, index) => FIRST_LAYER + index);
const network: MessageSchema = message({
  1: 'layers Layer',
  ...payloads([2, 5, 6, 10, 100, 101, 200]),
});

/** The messages of a Core ML model by field number (coremltools, mlmodel/format). */
export const coremlSchema = {
  Model: message({
    ...payloads(PLAIN_MODELS),
    1: 'specificationVersion number',
    2: 'description Description',
    10: 'isUpdatable number',
    200: 'pipelineClassifier PipelineOwner',
    201: 'pipelineRegressor PipelineOwner',
    202: 'pipeline Pipeline',
    303: 'neuralNetworkRegressor Network',
    403: 'neuralNetworkClassifier Network',
    500: 'neuralNetwork Network',
    555: 'customModel CustomModel',
    556: 'linkedModel LinkedModel',
  }),
  Description: message({ ...payloads([1, 7, 10, 11, 12, 13, 14, 20, 21, 50]), 100: 'metadata Metadata' }),
  Metadata: message({ 1: 'prose text', 2: 'version text', 3: 'prose text', 4: 'prose text', 100: 'userDefined Pair' }),
  Pair: message({ 1: 'key text', 2: 'prose text' }),
  PipelineOwner: message({ 1: 'pipeline Pipeline' }),
  Pipeline: message({ 1: 'models Model', 2: 'names text' }),
  Network: network,
  Layer: message({
    ...payloads([4, 5, ...layers]),
    1: 'name text',
    2: 'input text',
    3: 'output text',
    10: 'isUpdatable number',
    500: 'custom CustomLayer',
  }),
  CustomLayer: message({ ...payloads([20, 30]), 10: 'layerClass text', 40: 'prose text' }),
  CustomModel: message({ ...payloads([30]), 1: 'modelClass text', 40: 'prose text' }),
  LinkedModel: message({ 1: 'linkedModelFile LinkedFile' }),
  LinkedFile: message({ 1: 'fileName LinkedName', 2: 'searchPath LinkedName' }),
  LinkedName: message({ 1: 'linkedFile text' }),
} as const satisfies Schema;
