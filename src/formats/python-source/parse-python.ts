import type { Atom, Import, Part, PythonModule, Sequence, Statement, Term, Trailer } from './syntax.ts';
import { type Line, type Token, tokenize } from './tokens.ts';

/** Brackets inside brackets; CPython's own parser stops at 200. */
const MAX_DEPTH = 100;
/** Keywords that open a block; what follows their colon on the same line is a statement of its own. */
const COMPOUND = new Set([
  'if',
  'elif',
  'else',
  'for',
  'while',
  'try',
  'except',
  'finally',
  'with',
  'def',
  'class',
  'async',
  'match',
  'case',
]);
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda ' +
    'nonlocal not or pass raise return try while with yield'
  ).split(' '),
);
/** Keywords that are values. */
const VALUES = new Set(['False', 'None', 'True']);
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

class TooDeep extends Error {}

/** Takes Python source apart. Linear; never throws: what cannot be followed is in `problem`. */
export function parsePython(source: string, dialect: PythonModule['dialect']): PythonModule {
  const { lines, problem } = tokenize(source);
  const scopes = new Scopes();
  const statements: Statement[] = [];
  try {
    for (const line of lines) statements.push(...statementsOf(line, scopes));
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    const at = lines[statements.length]?.tokens[0]?.line ?? 0;
    return { statements, dialect, problem: { expected: `at most ${MAX_DEPTH} nested brackets`, line: at } };
  }
  return problem === undefined ? { statements, dialect } : { statements, dialect, problem };
}

/** Remembers by indentation whether a line is inside a function. */
class Scopes {
  readonly #functions: number[] = [];

  enter(indent: number): boolean {
    while (this.#functions.length > 0 && indent <= (this.#functions.at(-1) ?? 0)) this.#functions.pop();
    return this.#functions.length > 0;
  }

  define(indent: number): void {
    this.#functions.push(indent);
  }
}

function statementsOf(line: Line, scopes: Scopes): readonly Statement[] {
  let inFunction = scopes.enter(line.indent);
  const statements: Statement[] = [];
  for (const simple of splitAt(line.tokens, ';')) {
    let tokens = simple;
    while (tokens.length > 0) {
      const [header, rest] = splitHeader(tokens);
      statements.push(statementOf(header, inFunction));
      if (header.some((token) => token.kind === 'name' && token.value === 'def')) {
        if (rest.length === 0) scopes.define(line.indent);
        inFunction ||= rest.length > 0;
      }
      tokens = rest;
    }
  }
  return statements;
}

/** `if x: y = 1` as `if x` and `y = 1`; any other line whole. */
function splitHeader(tokens: readonly Token[]): readonly [readonly Token[], readonly Token[]] {
  const colon = opensBlock(tokens) ? headerColon(tokens) : -1;
  return colon === -1 ? [tokens, []] : [tokens.slice(0, colon), tokens.slice(colon + 1)];
}

function opensBlock([first, second]: readonly Token[]): boolean {
  if (first?.kind !== 'name' || !COMPOUND.has(first.value)) return false;
  // `match` and `case` are names like any other unless an expression follows.
  const soft = first.value === 'match' || first.value === 'case';
  return !(soft && second?.kind === 'operator' && second.value !== '(' && second.value !== '[');
}

/** Where the colon of a header is: outside of brackets, and not a lambda's. */
function headerColon(tokens: readonly Token[]): number {
  let depth = 0;
  let lambdas = 0;
  for (const [index, { kind, value }] of tokens.entries()) {
    if (kind === 'operator') depth += nesting(value);
    if (depth > 0) continue;
    if (kind === 'name' && value === 'lambda') lambdas += 1;
    if (kind !== 'operator' || value !== ':') continue;
    if (lambdas === 0) return index;
    lambdas -= 1;
  }
  return -1;
}

function nesting(operator: string): number {
  if (operator in CLOSERS) return 1;
  return ')]}'.includes(operator) ? -1 : 0;
}

function splitAt(tokens: readonly Token[], separator: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'operator' && token.value === separator) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function statementOf(tokens: readonly Token[], inFunction: boolean): Statement {
  const first = tokens[0];
  const keyword =
    first?.kind === 'name' && (KEYWORDS.has(first.value) || COMPOUND.has(first.value)) && !VALUES.has(first.value)
      ? first.value
      : '';
  const line = first?.line ?? 0;
  const imports = keyword === 'import' || keyword === 'from' ? importsOf(tokens) : undefined;
  if (imports !== undefined) return { kind: 'import', line, inFunction, keyword, imports, parts: [] };
  return { kind: 'code', line, inFunction, keyword, imports: [], parts: new Reader(tokens).all() };
}

/** The names of an import statement; undefined when it is none (`match.from …`). */
function importsOf(tokens: readonly Token[]): readonly Import[] | undefined {
  const words = tokens.map((token) => token.value).filter((word) => word !== '(' && word !== ')');
  if (words[0] === 'import')
    return clauses(words.slice(1)).map(([module, alias]) => ({ module, alias: alias ?? module }));
  const at = words.indexOf('import');
  if (at === -1) return undefined;
  const module = words.slice(1, at).join('');
  return clauses(words.slice(at + 1)).map(([name, alias]) => ({ module, name, alias: alias ?? name }));
}

/** `a.b as c, d` as pairs. */
function clauses(words: readonly string[]): readonly (readonly [string, string | undefined])[] {
  const found: (readonly [string, string | undefined])[] = [];
  let clause: string[] = [];
  for (const word of [...words, ',']) {
    if (word !== ',') {
      clause.push(word);
      continue;
    }
    const as = clause.indexOf('as');
    const name = (as === -1 ? clause : clause.slice(0, as)).join('');
    if (name !== '') found.push([name, as === -1 ? undefined : clause[as + 1]]);
    clause = [];
  }
  return found;
}

/** Reads the terms of one line. Brackets are balanced: the tokenizer saw to it. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth: number;

  constructor(tokens: readonly Token[], depth = 0) {
    this.#tokens = tokens;
    this.#depth = depth;
  }

  all(): Sequence {
    const parts: Part[] = [];
    while (this.#at < this.#tokens.length) parts.push(this.#part());
    return parts;
  }

  #part(): Part {
    const token = this.#tokens[this.#at] as Token;
    if (token.kind === 'operator' && !(token.value in CLOSERS)) {
      this.#at += 1;
      return { kind: 'mark', value: token.value };
    }
    if (token.kind === 'name' && KEYWORDS.has(token.value) && !VALUES.has(token.value)) {
      this.#at += 1;
      return { kind: 'mark', value: token.value };
    }
    return this.#term(token);
  }

  #term(token: Token): Term {
    const atom = this.#atom(token);
    const trailers: Trailer[] = [];
    for (;;) {
      const next = this.#tokens[this.#at];
      if (next?.kind !== 'operator') break;
      const after = this.#tokens[this.#at + 1];
      if (next.value === '.' && after?.kind === 'name') {
        this.#at += 2;
        trailers.push({ kind: 'attribute', name: after.value });
      } else if (next.value === '(') trailers.push({ kind: 'call', items: this.#bracket() });
      else if (next.value === '[') trailers.push({ kind: 'subscript', items: this.#bracket() });
      else break;
    }
    return { kind: 'term', atom, trailers, line: token.line };
  }

  #atom(token: Token): Atom {
    if (token.kind === 'operator') return { kind: 'group', open: token.value, items: this.#bracket() };
    this.#at += 1;
    if (token.kind === 'name') return { kind: 'name', name: token.value };
    if (token.kind === 'number') return { kind: 'number', text: token.value };
    return this.#joined(token);
  }

  /** Adjacent literals are one string. */
  #joined(first: Token): Atom {
    const strings = [first];
    while (this.#tokens[this.#at]?.kind === 'string') {
      strings.push(this.#tokens[this.#at] as Token);
      this.#at += 1;
    }
    const sources = strings.flatMap((token) => token.embedded ?? []);
    return {
      kind: 'string',
      value: strings.map((token) => token.value).join(''),
      formatted: strings.some((token) => token.embedded !== undefined),
      embedded: sources.map((source) => this.#embedded(source)),
    };
  }

  #embedded(source: string): Sequence {
    if (this.#depth >= MAX_DEPTH) throw new TooDeep();
    // In brackets, as the language reads it: line breaks inside do not end it.
    const { lines } = tokenize(`(${source})`);
    return lines.flatMap((line) => new Reader(line.tokens, this.#depth + 1).all());
  }

  /** The items of the bracket that is next, split at its commas. */
  #bracket(): readonly Sequence[] {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new TooDeep();
    const close = CLOSERS[(this.#tokens[this.#at] as Token).value];
    this.#at += 1;
    const items: Part[][] = [[]];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined) break;
      const isMark = token.kind === 'operator';
      if (isMark && token.value === close) break;
      if (isMark && token.value === ',') {
        this.#at += 1;
        items.push([]);
      } else items.at(-1)?.push(this.#part());
    }
    this.#at += 1;
    this.#depth -= 1;
    return items.filter((item) => item.length > 0);
  }
}
