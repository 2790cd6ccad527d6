import { agentInstructions } from './agent-instructions.ts';
import { hiddenUnicode } from './hidden-unicode.ts';
import { scriptFile } from './script-file.ts';

/** Readable text, sorted by id. */
export const textRules = [agentInstructions, hiddenUnicode, scriptFile] as const;
