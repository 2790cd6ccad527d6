import { FormatError } from '../bytes/errors.ts';
import { decodeEscapes } from './python-escapes.ts';

const OPENING = /([rRbBuU]{0,2})('''|"""|'|")/y;
const PREFIXES = new Set(['', 'r', 'u', 'b', 'br', 'rb']);

/**
 * The string or bytes literal that starts at `at` (Python reference, section 2.4.1), or null when none does.
 * @throws FormatError `malformed` when it does not end, or holds an escape that Python refuses
 */
export function readPythonString(text: string, at: number): { value: string; end: number } | null {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (opening === null) return null;
  const [whole, prefix = '', quote = ''] = opening;
  const kind = prefix.toLowerCase();
  if (!PREFIXES.has(kind)) return null;
  const start = at + whole.length;
  const end = closingQuote(text, start, quote);
  const body = text.slice(start, end);
  const value = kind.includes('r') ? body : decodeEscapes(body, { bytes: kind === 'b' });
  if (value === undefined)
    throw FormatError.of('malformed', { expected: 'escapes of Python', found: 'others', offset: start });
  return { value, end: end + quote.length };
}

function closingQuote(text: string, start: number, quote: string): number {
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text.startsWith(quote, i)) return i;
    else if (text[i] === '\n' && quote.length === 1) break;
  }
  throw FormatError.of('malformed', { expected: `a closing ${quote}`, found: 'none', offset: start });
}
