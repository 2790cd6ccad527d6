import { coremlCustom } from './coreml-custom.ts';

/** What a Core ML model asks for, sorted by id. */
export const coremlRules = [coremlCustom] as const;
