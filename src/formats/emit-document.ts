import type { FormatError } from '../bytes/errors.ts';
import { LimitError } from '../bytes/errors.ts';
import type { Limits } from '../bytes/limits.ts';
import {
  type ConfigDocument,
  type DocumentNode,
  get,
  pointerOf,
  pointerTo,
  type ScalarNode,
  stringOf,
  traverse,
  type Visit,
} from './document.ts';
import type { Facets } from './facets.ts';
import { nestedDocument } from './nested-document.ts';
import { natureOf } from './string-nature.ts';

/** What of a ParseContext emitting needs. */
export interface DocumentSink {
  readonly path: string;
  readonly limits: Limits;
  emit<Name extends keyof Facets>(facet: Name, value: Facets[Name]): void;
  flaw(error: FormatError): void;
}

/** A document as a format has it; the file name is taken from the path. */
export type NewDocument = Omit<ConfigDocument, 'fileName' | 'pointer'> & { readonly pointer?: string };

/** JSON in a string in a JSON string …: each level multiplies the backslashes, so honest files stop at 2. */
const MAX_STRING_NESTING = 6;
/** Pieces of readable text taken from one document; data sets have millions, and rules read each. */
const MAX_TEXT_PIECES = 5000;

/**
 * Hands a configuration tree to the rules, and with it what is inside: documents in strings (JSON, Python literals,
 * YAML with tags), chat templates, readable text and the names of added tokens.
 * @throws LimitError when strings nest deeper than anything honest
 */
export function emitDocument(sink: DocumentSink, document: NewDocument): void {
  const fileName = sink.path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
  new Emission(sink, { pointer: '', ...document, fileName }, 0).run();
}

class Emission {
  readonly #sink: DocumentSink;
  readonly #document: ConfigDocument;
  readonly #nesting: number;
  #textPieces = 0;

  constructor(sink: DocumentSink, document: ConfigDocument, nesting: number) {
    this.#sink = sink;
    this.#document = document;
    this.#nesting = nesting;
  }

  run(): void {
    this.#sink.emit('document', this.#document);
    traverse(this.#document.root, (visit) => {
      if (isTemplateKey(visit.step)) this.#templates(visit);
      if (visit.node.kind === 'scalar' && typeof visit.node.value === 'string') this.#string(visit, visit.node.value);
    });
  }

  #string(visit: Visit, text: string): void {
    if (text.length < 2) return;
    this.#nested(visit, text);
    const nature = natureOf(visit, text);
    if (nature === null || this.#textPieces >= MAX_TEXT_PIECES) return;
    this.#textPieces += 1;
    const offset = this.#spanOf(visit.node)?.start ?? 0;
    this.#sink.emit('text', { text, offset, pointer: pointerOf(visit, this.#document.pointer), nature });
  }

  #nested(visit: Visit, text: string): void {
    const nested = nestedDocument(text, this.#sink.limits);
    if (nested === null) return;
    if (this.#nesting >= MAX_STRING_NESTING) {
      throw LimitError.of('string nesting', MAX_STRING_NESTING, this.#nesting + 1);
    }
    const carrier = this.#spanOf(visit.node);
    const pointer = pointerOf(visit, this.#document.pointer);
    const { fileName } = this.#document;
    const document = { ...nested, fileName, pointer, ...(carrier === undefined ? {} : { carrier }) };
    new Emission(this.#sink, document, this.#nesting + 1).run();
  }

  /** `chat_template` holds a template, a list of `{name, template}`, or a map from name to template. */
  #templates(visit: Visit): void {
    const pointer = pointerOf(visit, this.#document.pointer);
    const { node } = visit;
    if (node.kind === 'scalar') return this.#template(node, templateName(visit.step), pointer);
    if (node.kind === 'map') {
      for (const { key, value } of node.entries) this.#template(value, key, pointerTo(pointer, key));
      return;
    }
    for (const [index, item] of node.items.entries()) {
      const at = pointerTo(pointer, index);
      if (item.kind === 'scalar') this.#template(item, String(index), at);
      else this.#named(item, stringOf(get(item, 'name')) ?? String(index), pointerTo(at, 'template'));
    }
  }

  /** Every `template` of an item: readers differ in which of two they take. */
  #named(item: DocumentNode, name: string, pointer: string): void {
    if (item.kind !== 'map') return;
    for (const { key, value } of item.entries) if (key === 'template') this.#template(value, name, pointer);
  }

  #template(node: DocumentNode | undefined, name: string, pointer: string): void {
    const text = stringOf(node);
    if (text === undefined) return;
    const span = this.#spanOf(node as ScalarNode);
    this.#sink.emit('template', { text, name, pointer, ...(span === undefined ? {} : { span }) });
  }

  #spanOf(node: DocumentNode): ConfigDocument['carrier'] {
    return this.#document.carrier ?? node.span;
  }
}

/** The part after `chat_template.` in a key that has one. */
function templateName(step: Visit['step']): string {
  return /(?:^|\.)chat_templates?\.(.+)$/.exec(String(step))?.[1] ?? 'default';
}

/** `chat_template`, and in GGUF `tokenizer.chat_template` and `tokenizer.chat_template.<name>`. */
function isTemplateKey(step: Visit['step']): boolean {
  return typeof step === 'string' && /(?:^|\.)chat_templates?(?:\.|$)/.test(step);
}
