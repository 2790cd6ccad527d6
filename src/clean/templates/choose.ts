import { type DocumentNode, get, stringOf } from '../../formats/document.ts';
import { parseJson } from '../../formats/json/parse-json.ts';
import type { CleanJob } from '../cleaner.ts';
import type { KnownTemplate } from './template.ts';
import { knownTemplates, type TemplateName, templateNames } from './index.ts';

/** A template and its name. */
export interface ChosenTemplate {
  readonly name: TemplateName;
  readonly text: string;
}

/** Keys of a tokenizer's configuration that hold a special token each. */
const TOKEN_KEYS = [
  'bos_token',
  'eos_token',
  'pad_token',
  'unk_token',
  'cls_token',
  'sep_token',
  'mask_token',
] as const;

/**
 * What takes the place of a poisoned template: the one the caller named; with `auto` the only family all of whose
 * special tokens the tokenizer's configuration `root` has; else nothing, since a wrong template is worse than none.
 */
export function chooseTemplate({ options }: Pick<CleanJob, 'options'>, root: DocumentNode): ChosenTemplate | null {
  const { template } = options;
  if (template === 'none') return null;
  if (template !== 'auto') return chosen(template);
  const tokens = specialTokens(root);
  if (FOREIGN.some((token) => tokens.has(token))) return null;
  // One token of another family is enough for a doubt: models are trained further on templates that are not their own.
  const named = templateNames.filter((name) => knownTemplates[name].tokens.some((token) => tokens.has(token)));
  const [only] = named;
  return only !== undefined && named.length === 1 && fits(knownTemplates[only], root, tokens) ? chosen(only) : null;
}

function fits({ tokens, eos, isWithoutBos }: KnownTemplate, root: DocumentNode, has: ReadonlySet<string>): boolean {
  if (!tokens.every((token) => has.has(token))) return false;
  if (eos !== undefined && tokenText(get(root, 'eos_token')) !== eos) return false;
  const bos = tokenText(get(root, 'bos_token'));
  return isWithoutBos !== true || bos === undefined || tokens.includes(bos);
}

/**
 * Tokens that mark turns in other ways, beside those of a family that is known: Phi-4 separates ChatML's role with
 * one, the later Mistral tokenizers know no spaces (version 3 of Tekken) or a system prompt of its own (version 7).
 */
const FOREIGN = [
  '<SPECIAL_20>',
  '<|START_OF_TURN_TOKEN|>',
  '<|assistant|>',
  '<|header_start|>',
  '<|im_sep|>',
  '<|message|>',
  '<|start_of_role|>',
  '<|turn>',
  '<|user|>',
  '<\uff5cAssistant\uff5c>',
  '<\uff5cUser\uff5c>',
  '[SYSTEM_PROMPT]',
] as const;

/** The same for a template in a file of its own, by the tokenizer's configuration beside it. */
export function chooseTemplateBeside(job: CleanJob): ChosenTemplate | null {
  const { template } = job.options;
  if (template !== 'auto') return template === 'none' ? null : chosen(template);
  const bytes = job.sibling('tokenizer_config.json');
  if (bytes === null) return null;
  try {
    return chooseTemplate(job, parseJson(bytes, { limits: job.limits }).root);
  } catch {
    // A configuration that cannot be read tells nothing; it is judged where it is cleaned itself.
    return null;
  }
}

function chosen(name: TemplateName): ChosenTemplate {
  return { name, text: knownTemplates[name].text };
}

/** A token as a string, or as an object with its content. */
function tokenText(node: DocumentNode | undefined): string | undefined {
  return stringOf(node) ?? stringOf(get(node, 'content'));
}

function specialTokens(root: DocumentNode): ReadonlySet<string> {
  const tokens = new Set<string>();
  const take = (node: DocumentNode | undefined): void => {
    const text = tokenText(node);
    if (text !== undefined) tokens.add(text);
  };
  for (const key of TOKEN_KEYS) take(get(root, key));
  for (const key of ['additional_special_tokens', 'extra_special_tokens', 'added_tokens_decoder']) {
    const held = get(root, key);
    if (held?.kind === 'list') held.items.forEach(take);
    if (held?.kind === 'map') held.entries.forEach(({ value }) => take(value));
  }
  return tokens;
}
