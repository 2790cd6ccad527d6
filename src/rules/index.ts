import { examinationRules } from './examination/index.ts';
import type { AnyRule } from './rule.ts';

/** Every rule, family by family; within a family sorted by id. */
export const rules: readonly AnyRule[] = [...examinationRules];
