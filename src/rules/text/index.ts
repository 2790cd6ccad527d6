import { agentInstructions } from './agent-instructions.ts';
import { hiddenUnicode } from './hidden-unicode.ts';
import { requirementSource } from './requirement-source.ts';
import { scriptFile } from './script-file.ts';

/** Readable text, sorted by id. */
export const textRules = [agentInstructions, hiddenUnicode, requirementSource, scriptFile] as const;
