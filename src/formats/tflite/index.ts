import { FormatError } from '../../bytes/errors.ts';
import { defineFormat } from '../format.ts';

/** TensorFlow Lite models are told by their identifier but not taken apart, so nothing is said about them. */
export const tflite = defineFormat({
  id: 'tflite',
  title: 'TensorFlow Lite model',
  extensions: ['.tflite'],
  detect: (probe) => (probe.startsWith('TFL3', 4) ? 'certain' : null),
  parse: () => {
    throw FormatError.of('unsupported', { feature: 'TensorFlow Lite model', offset: 0 });
  },
});
