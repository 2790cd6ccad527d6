import { alpaca } from './alpaca.ts';
import { chatml } from './chatml.ts';
import { gemma } from './gemma.ts';
import { llama2 } from './llama-2.ts';
import { llama3 } from './llama-3.ts';
import { mistral } from './mistral.ts';

/** What can take the place of a poisoned chat template, by the name `--template` takes. */
export const knownTemplates = {
  alpaca,
  chatml,
  gemma,
  'llama-2': llama2,
  'llama-3': llama3,
  mistral,
} as const;

export type TemplateName = keyof typeof knownTemplates;

export const templateNames = Object.keys(knownTemplates) as readonly TemplateName[];
