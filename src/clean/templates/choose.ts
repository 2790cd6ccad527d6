import { type DocumentNode, get, stringOf } from '../../formats/document.ts';
import { parseJson } from '../../formats/json/parse-json.ts';
import type { CleanJob } from '../cleaner.ts';
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
  const fitting = templateNames.filter((name) => {
    const wanted = knownTemplates[name].tokens;
    return wanted.length > 0 && wanted.every((token) => tokens.has(token));
  });
  const [only] = fitting;
  return only === undefined || fitting.length > 1 ? null : chosen(only);
}

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

function specialTokens(root: DocumentNode): ReadonlySet<string> {
  const tokens = new Set<string>();
  const take = (node: DocumentNode | undefined): void => {
    const text = stringOf(node) ?? stringOf(get(node, 'content'));
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
