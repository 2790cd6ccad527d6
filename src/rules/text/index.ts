import { agentInstructions } from './agent-instructions.ts';
import { hiddenUnicode } from './hidden-unicode.ts';
import { requirementSource } from './requirement-source.ts';
import { scriptFile } from './script-file.ts';
import type { AnyRule } from '../rule.ts';

/** Readable text, sorted by id. */
export const textRules: readonly AnyRule[] = [agentInstructions, hiddenUnicode, requirementSource, scriptFile];
