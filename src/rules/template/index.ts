import { jinjaBackdoor } from './jinja-backdoor.ts';
import { jinjaDos } from './jinja-dos.ts';
import { jinjaHiddenText } from './jinja-hidden-text.ts';
import { jinjaSsti } from './jinja-ssti.ts';
import { jinjaUnknownCall } from './jinja-unknown-call.ts';
import { jinjaUnparsed } from './jinja-unparsed.ts';
import type { AnyRule } from '../rule.ts';

/** Chat templates, sorted by id. */
export const templateRules: readonly AnyRule[] = [
  jinjaBackdoor,
  jinjaDos,
  jinjaHiddenText,
  jinjaSsti,
  jinjaUnknownCall,
  jinjaUnparsed,
];
