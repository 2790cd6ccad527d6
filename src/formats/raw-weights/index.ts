import { defineFormat } from '../format.ts';

/** Names of weight files that have no structure of their own, and the file beside them that says what is where. */
const COMPANIONS: readonly (readonly [name: RegExp, companion: string])[] = [
  // ONNX external data (onnx/docs/ExternalData.md), as its exporters name it.
  [/^(.+\.onnx)[._]data(?:_\d{1,4})?$/i, '$1'],
  // TensorFlow checkpoints (tensor_bundle.h).
  [/^(.+)\.data-\d{5}-of-\d{5}$/i, '$1.index'],
  // OpenVINO, by the names its exporter gives; any other `.bin` may be a pickle.
  [/^(openvino_.+)\.bin$/i, '$1.xml'],
  // TensorFlow.js.
  [/^group\d{1,4}-shard\d{1,5}of\d{1,5}(?:\.bin)?$/i, 'model.json'],
];

/**
 * Bare numbers beside the model that refers to them. Bytes cannot tell, so the name and the companion do, and only when
 * no other format knows the bytes: what is a pickle or an archive stays one, whatever it is called.
 */
export const rawWeights = defineFormat({
  id: 'raw-weights',
  title: 'Weights beside their model',
  extensions: ['.onnx_data', '.onnx.data'],
  detect({ fileName, hasSibling }) {
    const companion = companionOf(fileName);
    return companion !== null && hasSibling(companion) ? 'likely' : null;
  },
  parse(context) {
    context.detail('companion', companionOf(context.path.split(/[/\\]/).at(-1) ?? ''));
    context.cover(0, context.source.size, 'payload');
  },
});

function companionOf(fileName: string): string | null {
  const found = COMPANIONS.find(([name]) => name.test(fileName));
  return found === undefined ? null : fileName.replace(found[0], found[1]);
}
