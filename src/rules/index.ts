import { examinationRules } from './examination/index.ts';
import { ggufRules } from './gguf/index.ts';
import type { AnyRule } from './rule.ts';
import { safetensorsRules } from './safetensors/index.ts';
import { templateRules } from './template/index.ts';

/** Every rule, family by family; within a family sorted by id. */
export const rules: readonly AnyRule[] = [...examinationRules, ...ggufRules, ...safetensorsRules, ...templateRules];
