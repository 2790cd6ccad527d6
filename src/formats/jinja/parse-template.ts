import type { Template } from '../template.ts';
import type { Branch, Expression, Parameter, Statement } from './ast.ts';
import { ExpressionParser } from './expression-parser.ts';
import { lex, type Segment, type SyntaxProblem, TemplateSyntaxError, type Token } from './lexer.ts';

/** Blocks inside blocks; measured in real templates: 12. */
const MAX_BLOCK_DEPTH = 100;
const SCOPE_TAGS = new Set(['call', 'filter', 'with', 'block', 'autoescape', 'generation']);
const LOAD_TAGS = new Set(['import', 'from', 'include', 'extends']);
const JUMP_TAGS = new Set(['break', 'continue']);

/** A template taken apart as far as its syntax allows. */
export interface ParsedTemplate {
  readonly body: readonly Statement[];
  /** Every token in every tag, also of what could not be parsed. */
  readonly tokens: readonly Token[];
  readonly comments: readonly string[];
  /** Why it ends early; what follows `problem.offset` is known by its tokens only. */
  readonly problem?: SyntaxProblem;
}

const parsed = new WeakMap<Template, ParsedTemplate>();

/** The syntax tree of a template; computed once for each. Never throws: a syntax error is in `problem`. */
export function parseTemplate(template: Template): ParsedTemplate {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const fresh = parseTemplateText(template.text);
  parsed.set(template, fresh);
  return fresh;
}

export function parseTemplateText(text: string): ParsedTemplate {
  const { segments, problem } = lex(text);
  const parser = new TemplateParser(segments);
  const parseProblem = parser.run();
  const first = parseProblem ?? problem;
  const found = {
    body: parser.statements,
    tokens: segments.flatMap((segment) => ('tokens' in segment ? segment.tokens : [])),
    comments: segments.flatMap((segment) => (segment.kind === 'comment' ? segment.value : [])),
  };
  return first === undefined ? found : { ...found, problem: first };
}

type Tag = Extract<Segment, { readonly tokens: readonly Token[] }>;

class TemplateParser {
  readonly statements: Statement[] = [];
  readonly #segments: readonly Segment[];
  #at = 0;
  #depth = 0;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  run(): SyntaxProblem | undefined {
    try {
      this.#body([], this.statements);
      return undefined;
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      return { expected: error.message, offset: error.offset };
    }
  }

  /** Statements up to one of `ends`, whose tag is returned; at top level up to the end. */
  #body(ends: readonly string[], into: Statement[] = []): { body: Statement[]; end: string; tag: Tag | undefined } {
    this.#depth += 1;
    if (this.#depth > MAX_BLOCK_DEPTH) throw new TemplateSyntaxError('fewer nested blocks', this.#offset());
    for (;;) {
      const segment = this.#segments[this.#at];
      if (segment === undefined) break;
      this.#at += 1;
      const end = segment.kind === 'tag' ? this.#endOf(segment, ends) : undefined;
      if (end !== undefined) {
        this.#depth -= 1;
        return { body: into, end, tag: segment as Tag };
      }
      const statement = this.#statement(segment);
      if (statement !== undefined) into.push(statement);
    }
    if (ends.length > 0) throw new TemplateSyntaxError(`{% ${ends.at(-1) ?? ''} %}`, this.#offset());
    this.#depth -= 1;
    return { body: into, end: '', tag: undefined };
  }

  #endOf(segment: Segment & { tokens: readonly Token[] }, ends: readonly string[]): string | undefined {
    const first = segment.tokens[0];
    return first?.kind === 'name' && ends.includes(first.value) ? first.value : undefined;
  }

  #statement(segment: Segment): Statement | undefined {
    const { start } = segment;
    if (segment.kind === 'comment') return undefined;
    if (segment.kind === 'text') return { kind: 'text', value: segment.value, start };
    const parser = new ExpressionParser(segment.tokens, start);
    if (segment.kind === 'tag') return this.#tag(parser.name(), parser, start);
    const value = parser.tuple();
    parser.expectEnd();
    return { kind: 'output', value, start };
  }

  #tag(tag: string, parser: ExpressionParser, start: number): Statement {
    if (tag === 'if') return this.#if(parser, start);
    if (tag === 'for') return this.#for(parser, start);
    if (tag === 'set') return this.#set(parser, start);
    if (tag === 'macro') return this.#macro(parser, start);
    if (SCOPE_TAGS.has(tag)) return this.#scope(tag, parser, start);
    if (LOAD_TAGS.has(tag)) {
      // What follows the source (`as`, `import a, b`, `ignore missing`) has no bearing on the danger.
      return { kind: 'load', tag, what: parser.expression(), start };
    }
    const simple = tag === 'do' ? ({ kind: 'do', value: parser.tuple(), start } as const) : undefined;
    if (simple === undefined && !JUMP_TAGS.has(tag)) throw new TemplateSyntaxError('a known tag', start);
    parser.expectEnd();
    return simple ?? { kind: 'jump', tag, start };
  }

  #if(parser: ExpressionParser, start: number): Statement {
    const branches: Branch[] = [];
    let test: Expression | undefined = wholeTuple(parser);
    for (;;) {
      const { body, end, tag } = this.#body(test === undefined ? ['endif'] : ['elif', 'else', 'endif']);
      branches.push(test === undefined ? { body } : { test, body });
      if (end === 'endif') return { kind: 'if', branches, start };
      test = end === 'elif' ? wholeTuple(afterName(tag)) : undefined;
    }
  }

  #for(parser: ExpressionParser, start: number): Statement {
    const target = parser.target();
    parser.expect('in');
    const iterable = parser.tuple({ conditional: false });
    const filter = parser.take('if') ? parser.expression() : undefined;
    const recursive = parser.take('recursive');
    parser.expectEnd();
    const first = this.#body(['else', 'endfor']);
    const otherwise = first.end === 'else' ? this.#body(['endfor']).body : [];
    const found = { kind: 'for', target, iterable, recursive, body: first.body, otherwise, start } as const;
    return filter === undefined ? found : { ...found, filter };
  }

  #set(parser: ExpressionParser, start: number): Statement {
    const target = parser.target();
    if (parser.take('=')) {
      const value = wholeTuple(parser);
      return { kind: 'set', target, value, body: [], start };
    }
    const value = parser.take('|') ? parser.filters(parser.placeholder()) : undefined;
    parser.expectEnd();
    const { body } = this.#body(['endset']);
    return value === undefined ? { kind: 'set', target, body, start } : { kind: 'set', target, value, body, start };
  }

  #macro(parser: ExpressionParser, start: number): Statement {
    const name = parser.name();
    const params = parameters(parser);
    parser.expectEnd();
    return { kind: 'macro', name, params, body: this.#body(['endmacro']).body, start };
  }

  #scope(tag: string, parser: ExpressionParser, start: number): Statement {
    if (tag === 'with') {
      const sets = assignments(parser, start);
      return {
        kind: 'scope',
        tag,
        expressions: [],
        params: [],
        body: [...sets, ...this.#body(['endwith']).body],
        start,
      };
    }
    const params = tag === 'call' && parser.peek('(') ? parameters(parser) : [];
    const expressions = scopeExpressions(tag, parser);
    parser.expectEnd();
    return { kind: 'scope', tag, expressions, params, body: this.#body([`end${tag}`]).body, start };
  }

  #offset(): number {
    return (this.#segments[this.#at] ?? this.#segments.at(-1))?.start ?? 0;
  }
}

function afterName(tag: Tag | undefined): ExpressionParser {
  return new ExpressionParser((tag?.tokens ?? []).slice(1), tag?.start ?? 0);
}

function wholeTuple(parser: ExpressionParser): Expression {
  const value = parser.tuple();
  parser.expectEnd();
  return value;
}

function parameters(parser: ExpressionParser): readonly Parameter[] {
  const params: Parameter[] = [];
  parser.expect('(');
  while (!parser.take(')')) {
    if (params.length > 0) parser.expect(',');
    if (parser.take(')')) break;
    const name = parser.name();
    params.push(parser.take('=') ? { name, fallback: parser.expression() } : { name });
  }
  return params;
}

function scopeExpressions(tag: string, parser: ExpressionParser): readonly Expression[] {
  if (tag === 'generation') return [];
  if (tag === 'filter') return [parser.filters(parser.placeholder())];
  if (tag === 'block') {
    parser.name();
    while (parser.take('scoped') || parser.take('required'));
    return [];
  }
  return [parser.expression()];
}

/** What `{% with a = 1, b = 2 %}` binds, as the assignments they are. */
function assignments(parser: ExpressionParser, start: number): readonly Statement[] {
  const sets: Statement[] = [];
  while (!parser.done) {
    if (sets.length > 0) parser.expect(',');
    const target = parser.target();
    parser.expect('=');
    sets.push({ kind: 'set', target, value: parser.expression(), body: [], start });
  }
  return sets;
}
