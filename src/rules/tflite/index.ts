import { tfliteCustomOp } from './tflite-custom-op.ts';
import type { AnyRule } from '../rule.ts';

/** What a TensorFlow Lite model asks for, sorted by id. */
export const tfliteRules: readonly AnyRule[] = [tfliteCustomOp];
