import { field, join } from './onnx.ts';

/** A node of a graph. */
export function tensorflowNode(operator: string, name = 'node'): Uint8Array {
  return join([field(1, name), field(2, operator)]);
}

export interface SavedModelParts {
  /** Operators of the graph itself. */
  readonly operators?: readonly string[];
  /** Operators of a function in the graph's library. */
  readonly inFunction?: readonly string[];
  readonly assets?: readonly string[];
  /** Keras configuration of an object, as old SavedModels hold it. */
  readonly kerasMetadata?: string;
}

/** A small SavedModel. */
export function savedModel(parts: SavedModelParts): Uint8Array {
  const { operators = ['Placeholder', 'Identity'], inFunction = [], assets = [], kerasMetadata } = parts;
  const nodes = operators.map((operator) => field(1, tensorflowNode(operator)));
  const body = inFunction.map((operator) => field(3, tensorflowNode(operator)));
  const library = body.length === 0 ? [] : [field(2, field(1, join(body)))];
  const graph = field(2, join([...nodes, ...library]));
  const files = assets.map((asset) => field(6, field(2, asset)));
  const objects =
    kerasMetadata === undefined
      ? []
      : [field(7, field(1, field(4, join([field(1, '_tf_keras_layer'), field(3, kerasMetadata)]))))];
  return join([field(1, 1), field(2, join([graph, ...files, ...objects]))]);
}
