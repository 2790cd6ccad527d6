import { decodeEscapes } from '../python-escapes.ts';

/** A token inside `{{ … }}` or `{% … %}`. Offsets are UTF-16 code units of the template. */
export interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'operator';
  /** Decoded for strings, as written for the rest. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** What a template is cut into before its tags are understood. */
export type Segment =
  | { readonly kind: 'text'; readonly value: string; readonly start: number }
  | { readonly kind: 'comment'; readonly value: string; readonly start: number }
  | { readonly kind: 'output' | 'tag'; readonly tokens: readonly Token[]; readonly start: number };

/** Cut short by a syntax error: the segments before it, and what is wrong. */
export interface Lexed {
  readonly segments: readonly Segment[];
  readonly problem?: SyntaxProblem;
}

export interface SyntaxProblem {
  readonly expected: string;
  readonly offset: number;
}

/** Raised inside lexer and parser, caught by `parseTemplate`. */
export class TemplateSyntaxError extends Error {
  readonly offset: number;

  constructor(expected: string, offset: number) {
    super(expected);
    this.name = 'TemplateSyntaxError';
    this.offset = offset;
  }
}

/** Tokens Jinja2 itself knows (jinja2/lexer.py `operators`), longest first. */
const OPERATORS = ['//', '**', '==', '!=', '>=', '<=', ...Array.from('+-/*%~[](){}><=.:|,;')];
const OPENERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*/uy;
const NUMBER = /0[bB][01_]+|0[oO][0-7_]+|0[xX][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?/y;
const RAW_TAG = /\{%[-+]?\s{0,64}raw\s{0,64}-?%\}/y;
const END_RAW = /\{%[-+]?\s{0,64}endraw\s{0,64}[-+]?%\}/g;

/** Cuts a template as Jinja2 with its default delimiters does. Linear in its length; never throws. */
export function lex(text: string): Lexed {
  const lexer = new Lexer(text);
  try {
    lexer.run();
    return { segments: lexer.segments };
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return { segments: lexer.segments, problem: { expected: error.message, offset: error.offset } };
  }
}

class Lexer {
  readonly segments: Segment[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    while (this.#at < this.#text.length) {
      const open = this.#nextOpening();
      if (open > this.#at) this.#push('text', this.#text.slice(this.#at, open), this.#at);
      this.#at = open;
      if (open < this.#text.length) this.#marked();
    }
  }

  /** Where the next `{{`, `{%` or `{#` is, or the end. */
  #nextOpening(): number {
    let at = this.#text.indexOf('{', this.#at);
    while (at !== -1 && !'{%#'.includes(this.#text.charAt(at + 1) || ' ')) at = this.#text.indexOf('{', at + 1);
    return at === -1 ? this.#text.length : at;
  }

  #marked(): void {
    const start = this.#at;
    const second = this.#text.charAt(start + 1);
    if (second === '#') return this.#comment();
    if (this.#raw()) return;
    const close = second === '{' ? '}}' : '%}';
    this.#at += 2;
    if ('+-'.includes(this.#text.charAt(this.#at) || ' ')) this.#at += 1;
    const tokens: Token[] = [];
    // Left in place when a token is wrong, so that what was read so far is still judged.
    this.segments.push({ kind: close === '}}' ? 'output' : 'tag', tokens, start });
    this.#tokens(tokens, close);
  }

  #comment(): void {
    const end = this.#text.indexOf('#}', this.#at + 2);
    if (end === -1) throw new TemplateSyntaxError('`#}` to end the comment', this.#at);
    this.#push('comment', this.#text.slice(this.#at + 2, end), this.#at);
    this.#at = end + 2;
  }

  /** `{% raw %}`: what it holds is text, whatever it looks like. */
  #raw(): boolean {
    RAW_TAG.lastIndex = this.#at;
    const open = RAW_TAG.exec(this.#text);
    if (open === null) return false;
    const start = this.#at + open[0].length;
    END_RAW.lastIndex = start;
    const close = END_RAW.exec(this.#text);
    if (close === null) throw new TemplateSyntaxError('`{% endraw %}`', this.#at);
    this.#push('text', this.#text.slice(start, close.index), start);
    this.#at = END_RAW.lastIndex;
    return true;
  }

  #tokens(tokens: Token[], close: string): void {
    const brackets: string[] = [];
    for (;;) {
      this.#skipSpace();
      if (brackets.length === 0 && this.#closes(close)) return;
      const token = this.#token();
      tokens.push(token);
      if (token.kind !== 'operator') continue;
      const closer = OPENERS[token.value];
      if (closer !== undefined) brackets.push(closer);
      else if (')]}'.includes(token.value) && brackets.pop() !== token.value) {
        throw new TemplateSyntaxError('balanced brackets', token.start);
      }
    }
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #closes(close: string): boolean {
    const trimmed = '+-'.includes(this.#text.charAt(this.#at) || ' ') ? 1 : 0;
    if (!this.#text.startsWith(close, this.#at + trimmed)) return false;
    this.#at += trimmed + close.length;
    return true;
  }

  #token(): Token {
    const start = this.#at;
    const char = this.#text.charAt(start);
    if (char === '') throw new TemplateSyntaxError('the end of the tag', start);
    if (char === "'" || char === '"') return this.#string(char);
    const number = this.#match(NUMBER);
    if (number !== undefined) return { kind: 'number', value: number, start, end: this.#at };
    const name = this.#match(NAME);
    if (name !== undefined) return { kind: 'name', value: name, start, end: this.#at };
    const operator = OPERATORS.find((candidate) => this.#text.startsWith(candidate, start));
    if (operator === undefined) throw new TemplateSyntaxError('a token of Jinja', start);
    this.#at += operator.length;
    return { kind: 'operator', value: operator, start, end: this.#at };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #string(quote: string): Token {
    const start = this.#at;
    let at = start + 1;
    while (at < this.#text.length && this.#text.charAt(at) !== quote) at += this.#text.charAt(at) === '\\' ? 2 : 1;
    if (at >= this.#text.length) throw new TemplateSyntaxError(`${quote} to end the string`, start);
    this.#at = at + 1;
    const value = decodeEscapes(this.#text.slice(start + 1, at));
    if (value === undefined) throw new TemplateSyntaxError('a known escape sequence', start);
    return { kind: 'string', value, start, end: this.#at };
  }

  #push(kind: 'text' | 'comment', value: string, start: number): void {
    this.segments.push({ kind, value, start });
  }
}
