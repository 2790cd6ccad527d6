import type { Visit } from './document.ts';
import type { TextContent } from './text-content.ts';

const PROSE_KEYS: ReadonlySet<string> = new Set([
  'comment',
  'default_prompt',
  'default_system_prompt',
  'description',
  'instruction',
  'instructions',
  'notes',
  'prompt',
  'summary',
  'system',
  'system_message',
  'system_prompt',
]);
const TOKEN_CONTAINERS: ReadonlySet<string> = new Set([
  'added_tokens',
  'added_tokens_decoder',
  'additional_special_tokens',
  'extra_special_tokens',
]);
/** Shorter strings without a prose key are names, paths and options. */
const MIN_PROSE_LENGTH = 40;
const MIN_PROSE_SPACES = 5;
const MAX_TOKEN_LENGTH = 256;

/** Who reads a string of a document as text: people (`prose`), a tokenizer's special tokens (`identifier`), nobody (null). */
export function natureOf(visit: Visit, text: string): TextContent['nature'] | null {
  if (text.length <= MAX_TOKEN_LENGTH && isAddedToken(visit)) return 'identifier';
  if (hasKey(visit, PROSE_KEYS)) return 'prose';
  if (text.length < MIN_PROSE_LENGTH || text.includes('{%')) return null;
  return countSpaces(text) >= MIN_PROSE_SPACES ? 'prose' : null;
}

function hasKey(visit: Visit, keys: ReadonlySet<string>): boolean {
  if (typeof visit.step !== 'string') return false;
  // Flat metadata such as GGUF's has dotted keys: `general.description`.
  return keys.has(visit.step.slice(visit.step.lastIndexOf('.') + 1).toLowerCase());
}

function isAddedToken(visit: Visit): boolean {
  const holder = visit.step === 'content' ? visit.parent : visit;
  if (holder === undefined) return false;
  if (typeof holder.step === 'string' && holder.step.endsWith('_token')) return true;
  return holder.parent !== undefined && hasKey(holder.parent, TOKEN_CONTAINERS);
}

function countSpaces(text: string): number {
  let spaces = 0;
  for (let at = text.indexOf(' '); at >= 0 && spaces < MIN_PROSE_SPACES; at = text.indexOf(' ', at + 1)) spaces += 1;
  return spaces;
}
