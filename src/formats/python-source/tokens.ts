import { decodeEscapes } from '../python-escapes.ts';

/** A token of Python. Newlines end logical lines; indentation is the column of a line's first token. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'operator';
  /** Strings decoded, the rest as written. */
  readonly value: string;
  /** Sources of the expressions inside an f-string, with the line they start on. */
  readonly embedded?: readonly string[];
  readonly line: number;
}

/** A logical line: brackets closed, continuations joined. */
export interface Line {
  readonly indent: number;
  readonly tokens: readonly Token[];
}

export interface Tokenized {
  readonly lines: readonly Line[];
  readonly problem?: { readonly expected: string; readonly line: number };
}

class TokenizeError extends Error {}

const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*/uy;
const NUMBER = /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d[\d_]*)?)[jJ]?/y;
const STRING_START = /([rRbBuUfFtT]{0,2})('''|"""|'|")/y;
const OPERATORS = [
  '**=',
  '//=',
  '>>=',
  '<<=',
  '...',
  '->',
  ':=',
  '**',
  '//',
  '>>',
  '<<',
  '<=',
  '>=',
  '==',
  '!=',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '@=',
  '&=',
  '|=',
  '^=',
  ...Array.from('+-*/%@&|^~<>()[]{},:.;=!'),
];
/** The operators that begin with a character, longest first. */
const BY_FIRST = Map.groupBy(OPERATORS, (operator) => operator.charAt(0));
/** f-strings inside f-strings; Python 3.12 itself stops at 150. */
const MAX_FSTRING_DEPTH = 20;

/** Cuts Python source into logical lines, as its tokenizer does. Linear; never throws. */
export function tokenize(source: string): Tokenized {
  const tokenizer = new Tokenizer(source);
  try {
    tokenizer.run();
    return { lines: tokenizer.lines };
  } catch (error) {
    if (!(error instanceof TokenizeError)) throw error;
    tokenizer.endLine();
    return { lines: tokenizer.lines, problem: { expected: error.message, line: tokenizer.line } };
  }
}

class Tokenizer {
  readonly lines: Line[] = [];
  line = 1;
  readonly #source: string;
  #at = 0;
  #indent = 0;
  #brackets: string[] = [];
  #tokens: Token[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  run(): void {
    while (this.#at < this.#source.length) this.#next();
    if (this.#brackets.length > 0) throw new TokenizeError('closing brackets');
    this.endLine();
  }

  endLine(): void {
    if (this.#tokens.length > 0) this.lines.push({ indent: this.#indent, tokens: this.#tokens });
    this.#tokens = [];
  }

  #next(): void {
    const char = this.#source.charAt(this.#at);
    if (char === '\n' || char === '\r') return this.#newline(char);
    if (' \t\f\uFEFF'.includes(char)) {
      this.#at += 1;
    } else if (char === '#') {
      const end = this.#source.slice(this.#at).search(/[\r\n]/);
      this.#at = end === -1 ? this.#source.length : this.#at + end;
    } else if (char === '\\' && /[\r\n]/.test(this.#source.charAt(this.#at + 1))) {
      this.#at += this.#source.startsWith('\r\n', this.#at + 1) ? 3 : 2;
      this.line += 1;
    } else this.#push();
  }

  #newline(char: string): void {
    this.#at += char === '\r' && this.#source.charAt(this.#at + 1) === '\n' ? 2 : 1;
    this.line += 1;
    if (this.#brackets.length === 0) this.endLine();
  }

  #push(): void {
    if (this.#tokens.length === 0) this.#indent = this.#column();
    const { line } = this;
    const string = this.#string();
    this.#tokens.push(string ?? { ...this.#plain(), line });
  }

  #column(): number {
    let start = this.#at;
    while (start > 0 && ' \t\f'.includes(this.#source.charAt(start - 1))) start -= 1;
    return this.#at - start;
  }

  #plain(): Omit<Token, 'line'> {
    const name = this.#match(NAME);
    if (name !== undefined) return { kind: 'name', value: name.normalize('NFKC') };
    if (/[\d.]/.test(this.#source.charAt(this.#at))) {
      const number = this.#match(NUMBER);
      if (number !== undefined) return { kind: 'number', value: number };
    }
    const first = this.#source.charAt(this.#at);
    const operator = BY_FIRST.get(first)?.find((candidate) => this.#source.startsWith(candidate, this.#at));
    if (operator === undefined) throw new TokenizeError('a token of Python');
    this.#at += operator.length;
    this.#track(operator);
    return { kind: 'operator', value: operator };
  }

  #track(operator: string): void {
    const close = { '(': ')', '[': ']', '{': '}' }[operator];
    if (close !== undefined) this.#brackets.push(close);
    else if (')]}'.includes(operator) && this.#brackets.pop() !== operator)
      throw new TokenizeError('balanced brackets');
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined || found === '') return undefined;
    this.#at += found.length;
    return found;
  }

  #string(): Token | undefined {
    STRING_START.lastIndex = this.#at;
    const start = STRING_START.exec(this.#source);
    if (start === null) return undefined;
    const [whole, prefix = '', quote = ''] = start;
    const { line } = this;
    const embedded: string[] = [];
    const from = this.#at + whole.length;
    const formatted = /[fFtT]/.test(prefix);
    const end = this.#endOfString(from, quote, formatted ? embedded : undefined, 0);
    const raw = this.#source.slice(from, end);
    this.#at = end + quote.length;
    this.line += countNewlines(raw);
    const value = /[rR]/.test(prefix) ? raw : decodeEscapes(raw, { bytes: /[bB]/.test(prefix) });
    if (value === undefined) throw new TokenizeError('a valid escape sequence');
    return { kind: 'string', value, line, ...(formatted ? { embedded } : {}) };
  }

  /** Where the closing quote is. Inside `{…}` of an f-string other strings may stand (PEP 701). */
  #endOfString(from: number, quote: string, embedded: string[] | undefined, depth: number): number {
    let at = from;
    while (at < this.#source.length) {
      if (this.#source.startsWith(quote, at)) return at;
      const char = this.#source.charAt(at);
      if (char === '\\') at += 2;
      else if (char === '\n' && quote.length === 1) throw new TokenizeError(`${quote} to end the string`);
      else if (char !== '{' || embedded === undefined) at += 1;
      else if (this.#source.charAt(at + 1) === '{') at += 2;
      else at = this.#endOfField(at + 1, embedded, depth) + 1;
    }
    throw new TokenizeError(`${quote} to end the string`);
  }

  /** Where the `}` of a replacement field is; what it evaluates goes to `embedded`, nested fields too. */
  #endOfField(from: number, embedded: string[], depth: number): number {
    if (depth > MAX_FSTRING_DEPTH) throw new TokenizeError('fewer nested fields');
    let brackets = 0;
    let at = from;
    while (at < this.#source.length) {
      const char = this.#source.charAt(at);
      if (brackets === 0 && (char === '}' || char === ':' || (char === '!' && this.#source.charAt(at + 1) !== '=')))
        break;
      if ('([{'.includes(char)) brackets += 1;
      if (')]}'.includes(char)) brackets -= 1;
      at = char === "'" || char === '"' ? this.#skipNested(at, char, depth, embedded) : at + 1;
    }
    embedded.push(this.#source.slice(from, at));
    return this.#endOfSpec(at, embedded, depth);
  }

  #skipNested(at: number, char: string, depth: number, embedded: string[]): number {
    const quote = this.#source.startsWith(char.repeat(3), at) ? char.repeat(3) : char;
    const isFormatted = /[fFtT][rR]?$/.test(this.#source.slice(Math.max(0, at - 2), at));
    return this.#endOfString(at + quote.length, quote, isFormatted ? embedded : undefined, depth + 1) + quote.length;
  }

  #endOfSpec(from: number, embedded: string[], depth: number): number {
    let at = from;
    while (at < this.#source.length && this.#source.charAt(at) !== '}') {
      at = this.#source.charAt(at) === '{' ? this.#endOfField(at + 1, embedded, depth + 1) + 1 : at + 1;
    }
    if (at >= this.#source.length) throw new TokenizeError('`}` to end the field');
    return at;
  }
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
