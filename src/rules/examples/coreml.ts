import { field, join } from './onnx.ts';

export interface CoremlParts {
  /** Class of a custom layer. */
  readonly layerClass?: string;
  /** Class of a model that is custom as a whole. */
  readonly modelClass?: string;
  /** Another model file that is to be loaded. */
  readonly linkedFile?: string;
  readonly description?: string;
}

/** A small Core ML model: a network of one layer, unless it is something else as a whole. */
export function coremlModel(parts: CoremlParts = {}): Uint8Array {
  const { layerClass, modelClass, linkedFile, description = 'made by hand' } = parts;
  const layer = layerClass === undefined ? field(130, 'settings') : field(500, field(10, layerClass));
  const model =
    modelClass !== undefined
      ? field(555, field(1, modelClass))
      : linkedFile !== undefined
        ? field(556, field(1, field(1, field(1, linkedFile))))
        : field(500, field(1, join([field(1, 'one'), layer])));
  return join([field(1, 4), field(2, field(100, field(1, description))), model]);
}
