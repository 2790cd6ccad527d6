import { FormatError, LimitError } from '../bytes/errors.ts';
import type { Limits } from '../bytes/limits.ts';
import type { DocumentNode, MapEntry, ScalarNode } from './document.ts';
import { readPythonString } from './python-string.ts';

type LiteralLimits = Pick<Limits, 'maxDocumentNodes' | 'maxDocumentDepth'>;

const SPACE = /[ \t\r\n\f]/;
const NUMBER =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?(?:[eE][-+]?\d(?:_?\d)*)?)[jJ]?/y;
const WORD = /[A-Za-z_]\w*/y;
/** CPython's own bound on converting text to an integer (sys.int_info.default_max_str_digits). */
const MAX_INTEGER_DIGITS = 4300;
const WORDS: ReadonlyMap<string, ScalarNode['value']> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/**
 * Reads what `ast.literal_eval` accepts: dicts, lists, tuples, sets, strings, bytes, numbers, None, True, False.
 * Tuples and sets become lists, bytes become Latin-1 strings, complex numbers keep their text.
 * Spans are positions in `text`, in UTF-16 units.
 * @throws FormatError `malformed` for anything else, LimitError as parseJson does
 */
export function parsePythonLiteral(text: string, limits: LiteralLimits): DocumentNode {
  return new LiteralReader(text, limits).whole();
}

class LiteralReader {
  readonly #text: string;
  readonly #limits: LiteralLimits;
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string, limits: LiteralLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  whole(): DocumentNode {
    const node = this.#value();
    if (this.#peek() !== undefined) throw this.#expected('the end of the literal');
    return node;
  }

  /** The next character that is neither white space nor part of a comment; undefined at the end. */
  #peek(): string | undefined {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) return undefined;
      if (character === '#') this.#at = endOfLine(this.#text, this.#at);
      else if (SPACE.test(character)) this.#at += 1;
      else if (character === '\\' && /[\r\n]/.test(this.#text[this.#at + 1] ?? '')) this.#at += 2;
      else return character;
    }
  }

  #value(): DocumentNode {
    this.#nodes += 1;
    const { maxDocumentNodes } = this.#limits;
    if (this.#nodes > maxDocumentNodes) throw LimitError.of('maxDocumentNodes', maxDocumentNodes, 'more');
    const character = this.#peek();
    if (character === '{') return this.#nested(() => this.#braces());
    if (character === '[') return this.#nested(() => this.#sequence(']'));
    if (character === '(') return this.#nested(() => this.#sequence(')'));
    return this.#scalar(character);
  }

  #nested(read: () => DocumentNode): DocumentNode {
    this.#depth += 1;
    const { maxDocumentDepth } = this.#limits;
    if (this.#depth > maxDocumentDepth) throw LimitError.of('maxDocumentDepth', maxDocumentDepth, this.#depth);
    const node = read();
    this.#depth -= 1;
    return node;
  }

  /** `[…]`, or `(…)`: a pair of parentheses around one value without a comma is that value. */
  #sequence(close: ']' | ')'): DocumentNode {
    const start = this.#at;
    this.#at += 1;
    const items: DocumentNode[] = [];
    let commas = 0;
    while (this.#peek() !== close) {
      items.push(this.#value());
      if (this.#peek() === close) break;
      this.#take(',');
      commas += 1;
    }
    this.#at += 1;
    const only = items[0];
    if (close === ')' && items.length === 1 && commas === 0 && only !== undefined) return only;
    return { kind: 'list', items, span: { start, end: this.#at } };
  }

  /** A dict when the first item has a colon, else a set. */
  #braces(): DocumentNode {
    const start = this.#at;
    this.#at += 1;
    const entries: MapEntry[] = [];
    const items: DocumentNode[] = [];
    while (this.#peek() !== '}') {
      const keyOrItem = this.#value();
      if (this.#peek() === ':') entries.push(this.#entry(keyOrItem));
      else items.push(keyOrItem);
      if (entries.length > 0 && items.length > 0) throw this.#expected('a dict or a set, not both');
      if (this.#peek() !== '}') this.#take(',');
    }
    this.#at += 1;
    const span = { start, end: this.#at };
    return items.length > 0 ? { kind: 'list', items, span } : { kind: 'map', entries, span };
  }

  #entry(key: DocumentNode): MapEntry {
    this.#at += 1;
    return { key: key.kind === 'scalar' ? String(key.value) : `<${key.kind}>`, value: this.#value() };
  }

  #scalar(character: string | undefined): DocumentNode {
    const start = this.#at;
    const text = this.#string();
    if (text !== undefined) return { kind: 'scalar', value: text, span: { start, end: this.#at } };
    const value = character === '-' || character === '+' ? this.#signed() : this.#number();
    if (value === undefined) return this.#word();
    return { kind: 'scalar', value: this.#withImaginaryPart(value), span: { start, end: this.#at } };
  }

  /** `1 + 2j` is the one operation a literal may contain. */
  #withImaginaryPart(real: number | bigint | string): number | bigint | string {
    const sign = this.#peek();
    if (sign !== '+' && sign !== '-') return real;
    const imaginary = this.#signed();
    if (typeof imaginary !== 'string') throw this.#expected('an imaginary number');
    return `${real}${imaginary.startsWith('-') ? '' : '+'}${imaginary}`;
  }

  /** One or several adjacent string literals, which Python joins. */
  #string(): string | undefined {
    let joined: string | undefined;
    for (;;) {
      this.#peek();
      const literal = readPythonString(this.#text, this.#at);
      if (literal === null) return joined;
      joined = (joined ?? '') + literal.value;
      this.#at = literal.end;
    }
  }

  #signed(): number | bigint | string {
    const negative = this.#text[this.#at] === '-';
    this.#at += 1;
    this.#peek();
    const value = this.#number();
    if (value === undefined) throw this.#expected('a number');
    if (typeof value === 'string') return negative ? `-${value}` : value;
    return negative ? -value : value;
  }

  #number(): number | bigint | string | undefined {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text)?.[0];
    if (match === undefined) return undefined;
    this.#at += match.length;
    const digits = match.replaceAll('_', '');
    if (/[jJ]$/.test(digits)) return digits;
    if (/^0[xXoObB]/.test(digits) || /^\d+$/.test(digits)) return this.#integer(digits);
    return Number(digits);
  }

  #integer(digits: string): number | bigint {
    if (digits.length > MAX_INTEGER_DIGITS) throw this.#expected(`an integer of at most ${MAX_INTEGER_DIGITS} digits`);
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : BigInt(digits);
  }

  #word(): DocumentNode {
    const start = this.#at;
    if (this.#text.startsWith('...', start)) {
      this.#at += 3;
      return { kind: 'scalar', value: '...', span: { start, end: this.#at } };
    }
    WORD.lastIndex = start;
    const word = WORD.exec(this.#text)?.[0] ?? '';
    if (word === 'set') return this.#emptySet();
    const value = WORDS.get(word);
    if (value === undefined) throw this.#expected('a Python literal');
    this.#at += word.length;
    return { kind: 'scalar', value, span: { start, end: this.#at } };
  }

  #emptySet(): DocumentNode {
    const start = this.#at;
    this.#at += 'set'.length;
    this.#take('(');
    this.#take(')');
    return { kind: 'list', items: [], span: { start, end: this.#at } };
  }

  #take(character: string): void {
    if (this.#peek() !== character) throw this.#expected(`"${character}"`);
    this.#at += 1;
  }

  #expected(expected: string): FormatError {
    const found = this.#text[this.#at] === undefined ? 'the end' : JSON.stringify(this.#text[this.#at]);
    return FormatError.of('malformed', { expected, found, offset: this.#at });
  }
}

/** Python takes a lone carriage return for the end of a line, too. */
function endOfLine(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}
