import { examinationRules } from './examination/index.ts';
import { ggufRules } from './gguf/index.ts';
import { onnxRules } from './onnx/index.ts';
import type { AnyRule } from './rule.ts';
import { safetensorsRules } from './safetensors/index.ts';
import { templateRules } from './template/index.ts';
import { textRules } from './text/index.ts';

/** Every rule, family by family; within a family sorted by id. */
export const rules: readonly AnyRule[] = [
  ...examinationRules,
  ...ggufRules,
  ...onnxRules,
  ...safetensorsRules,
  ...templateRules,
  ...textRules,
];
