import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import type { DocumentNode, MapEntry } from '../document.ts';
import { readPythonString } from '../python-string.ts';

const NAME = /[A-Za-z_][\w.]*|\[[\w./-]{1,500}\]/y;
const BARE = /[^\s,;\]}>{[<#"':]+/y;

/**
 * Reads the text format of protocol buffers (protobuf.dev, text-format spec): fields, messages in `{}` or `<>`, lists,
 * strings that join, comments. Repeated fields are repeated entries; enums and numbers stay text.
 * @throws FormatError `malformed`, LimitError
 */
export function parsePbtxt(
  text: string,
  limits: Pick<Limits, 'maxDocumentDepth' | 'maxDocumentNodes'>,
  toOffset: (at: number) => number,
): DocumentNode {
  return new PbtxtReader(text, limits, toOffset).message(undefined);
}

class PbtxtReader {
  readonly #text: string;
  readonly #limits: Pick<Limits, 'maxDocumentDepth' | 'maxDocumentNodes'>;
  readonly #toOffset: (at: number) => number;
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(
    text: string,
    limits: Pick<Limits, 'maxDocumentDepth' | 'maxDocumentNodes'>,
    toOffset: (at: number) => number,
  ) {
    this.#text = text;
    this.#limits = limits;
    this.#toOffset = toOffset;
  }

  /** Fields up to `close`, which is taken too, or to the end of the text. */
  message(close: string | undefined): DocumentNode {
    this.#depth += 1;
    const { maxDocumentDepth } = this.#limits;
    if (this.#depth > maxDocumentDepth) throw LimitError.of('maxDocumentDepth', maxDocumentDepth, this.#depth);
    const entries: MapEntry[] = [];
    for (let next = this.#peek(); next !== close; next = this.#peek()) {
      if (next === ',' || next === ';') this.#at += 1;
      else entries.push(this.#field());
    }
    this.#at += close === undefined ? 0 : 1;
    this.#depth -= 1;
    return { kind: 'map', entries };
  }

  #field(): MapEntry {
    const key = this.#match(NAME, 'a field name');
    if (this.#peek() === ':') this.#at += 1;
    return { key, value: this.#value() };
  }

  #value(): DocumentNode {
    this.#nodes += 1;
    const { maxDocumentNodes } = this.#limits;
    if (this.#nodes > maxDocumentNodes) throw LimitError.of('maxDocumentNodes', maxDocumentNodes, 'more');
    const next = this.#peek();
    if (next === '{' || next === '<') {
      this.#at += 1;
      return this.message(next === '{' ? '}' : '>');
    }
    if (next === '[') return this.#list();
    const start = this.#at;
    const value = next === '"' || next === "'" ? this.#string() : this.#match(BARE, 'a value');
    return { kind: 'scalar', value, span: { start: this.#toOffset(start), end: this.#toOffset(this.#at) } };
  }

  #list(): DocumentNode {
    this.#depth += 1;
    const { maxDocumentDepth } = this.#limits;
    if (this.#depth > maxDocumentDepth) throw LimitError.of('maxDocumentDepth', maxDocumentDepth, this.#depth);
    this.#at += 1;
    const items: DocumentNode[] = [];
    for (let next = this.#peek(); next !== ']'; next = this.#peek()) {
      if (next === ',') this.#at += 1;
      else items.push(this.#value());
    }
    this.#at += 1;
    this.#depth -= 1;
    return { kind: 'list', items };
  }

  /** Adjacent strings join, and escapes are those of C, which Python's are too. */
  #string(): string {
    let joined = '';
    for (let next = this.#peek(); next === '"' || next === "'"; next = this.#peek()) {
      const literal = readPythonString(this.#text, this.#at);
      if (literal === null) break;
      joined += literal.value;
      this.#at = literal.end;
    }
    return joined;
  }

  #match(pattern: RegExp, expected: string): string {
    this.#peek();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    if (match === undefined) {
      const found = this.#text[this.#at] === undefined ? 'the end' : JSON.stringify(this.#text[this.#at]);
      throw FormatError.of('malformed', { expected, found, offset: this.#toOffset(this.#at) });
    }
    this.#at += match.length;
    return match;
  }

  /** The next character that is neither white space nor comment; undefined at the end. */
  #peek(): string | undefined {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else if (character !== undefined && /\s/.test(character)) this.#at += 1;
      else return character;
    }
  }
}
