import type { Severity } from '../rule.ts';
import { commentsIn } from '../text/html-comments.ts';

interface Danger {
  readonly what: string;
  readonly text: string;
  readonly severity: Severity;
}

/** Secrecy and override, aimed at a model: no default system prompt asks to hide something from the user. */
const INSTRUCTIONS: readonly RegExp[] = [
  /\bdo(?:n['’]t| not) (?:ever )?(?:mention|tell|reveal|disclose|show|inform)\b[^.\n]{0,40}\b(?:this|these|anyone|instructions?)\b/i,
  /\bwithout (?:ever )?(?:telling|informing|mentioning|alerting|notifying)\b/i,
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,30}\b(?:previous|prior|above|earlier|preceding|system)\b[^.\n]{0,20}\b(?:instructions?|prompts?|messages?|rules?)\b/i,
  /\b(?:secretly|covertly|surreptitiously|exfiltrate)\b/i,
  /\b(?:always|subtly) (?:recommend|promote|insert|include|append|prefer|introduce)\b/i,
  /\bkeep (?:this|these)\b[^.\n]{0,30}\b(?:secret|hidden|confidential)\b/i,
];
const LINK = /\b(?:https?|ftp|wss?):\/\/[^\s"'<>|)\]}]{1,200}/gi;
/** Documentation of the protocol itself, and addresses that lead nowhere. */
const HARMLESS_LINK =
  /^https?:\/\/(?:www\.)?(?:example\.(?:com|org|net)|json-schema\.org|huggingface\.co\/docs|localhost|127\.0\.0\.1)\b/i;
const BASE64 = /(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{48,}={0,2}(?![A-Za-z0-9+/=_-])/g;
const INVISIBLE =
  /\bstyle\s{0,4}=[^>]{0,80}(?:display\s{0,4}:\s{0,4}none|font-size\s{0,4}:\s{0,4}0|visibility\s{0,4}:\s{0,4}hidden)/i;
const IMAGE_LINK = /!\[[^\]\n]{0,200}\]\(\s{0,8}https?:/i;

/** What a literal of a template should not hold, whatever it hangs on. */
export function* literalDangers(text: string): Generator<Danger> {
  for (const pattern of INSTRUCTIONS) yield* first('tells the model to hide or override', pattern, text);
  yield* first('hides text by its style', INVISIBLE, text);
  yield* links(text);
  for (const comment of commentsIn(text)) {
    if (/\p{L}{2}/u.test(comment.text))
      yield { what: 'hides text in an HTML comment', text: comment.text, severity: 'medium' };
  }
  for (const [blob] of text.matchAll(BASE64)) {
    const mixed = /[a-z]/.test(blob) && /[A-Z]/.test(blob) && /\d/.test(blob);
    if (mixed) yield { what: 'holds encoded data', text: blob, severity: 'medium' };
  }
}

function* first(what: string, pattern: RegExp, text: string): Generator<Danger> {
  const found = pattern.exec(text);
  if (found !== null) yield { what, text: found[0], severity: 'medium' };
}

function* links(text: string): Generator<Danger> {
  const image = IMAGE_LINK.exec(text);
  if (image !== null) {
    yield { what: 'writes an image link, which leaks what it is filled with', text: image[0], severity: 'high' };
  }
  for (const [link] of text.matchAll(LINK)) {
    if (HARMLESS_LINK.test(link)) continue;
    yield { what: 'writes a web address into the conversation', text: link, severity: 'medium' };
  }
}
