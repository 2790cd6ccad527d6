import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, ListNode, MapEntry, MapNode, ScalarNode } from '../document.ts';

/*
 * Nodes as classes that hold two numbers in place of a span object: a vocabulary of 250,000 entries then costs half
 * the memory, and its spans exist only where a rule asks for one.
 */

export class JsonScalar implements ScalarNode {
  readonly kind = 'scalar';
  readonly value: ScalarNode['value'];
  readonly #start: number;
  readonly #end: number;

  constructor(value: ScalarNode['value'], start: number, end: number) {
    this.value = value;
    this.#start = start;
    this.#end = end;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }
}

export class JsonList implements ListNode {
  readonly kind = 'list';
  readonly items: readonly DocumentNode[];
  readonly #start: number;
  readonly #end: number;

  constructor(items: readonly DocumentNode[], start: number, end: number) {
    this.items = items;
    this.#start = start;
    this.#end = end;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }
}

export class JsonMap implements MapNode {
  readonly kind = 'map';
  readonly entries: readonly MapEntry[];
  readonly #start: number;
  readonly #end: number;

  constructor(entries: readonly MapEntry[], start: number, end: number) {
    this.entries = entries;
    this.#start = start;
    this.#end = end;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }
}

export class JsonEntry implements MapEntry {
  readonly key: string;
  readonly value: DocumentNode;
  readonly #keyStart: number;
  readonly #keyEnd: number;

  constructor(key: string, value: DocumentNode, keyStart: number, keyEnd: number) {
    this.key = key;
    this.value = value;
    this.#keyStart = keyStart;
    this.#keyEnd = keyEnd;
  }

  get keySpan(): Span {
    return { start: this.#keyStart, end: this.#keyEnd };
  }
}
