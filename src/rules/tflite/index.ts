import { tfliteCustomOp } from './tflite-custom-op.ts';

/** What a TensorFlow Lite model asks for, sorted by id. */
export const tfliteRules = [tfliteCustomOp] as const;
