import type { Span } from '../bytes/span.ts';

/** A place where a file breaks the rules of its format in a way that parsing survives. Which rules judge it, and how, is theirs to say. */
export interface StructureFault<Code extends string = string> {
  readonly code: Code;
  /** What was expected and found. */
  readonly detail: string;
  readonly span: Span;
  /** The tensor, key or object it concerns, as a JSON pointer, GGUF key or object path. */
  readonly pointer?: string;
}

/** Collects faults; of a flood of one kind only the first are kept, since each says the same. */
export class FaultLog<Code extends string> {
  readonly #kept: StructureFault<Code>[] = [];
  readonly #counts = new Map<Code, number>();
  readonly #maxPerCode: number;

  constructor(maxPerCode: number) {
    this.#maxPerCode = maxPerCode;
  }

  add(code: Code, detail: string, span: Span, pointer?: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > this.#maxPerCode) return;
    this.#kept.push(pointer === undefined ? { code, detail, span } : { code, detail, span, pointer });
  }

  get faults(): readonly StructureFault<Code>[] {
    return this.#kept;
  }

  has(code: Code): boolean {
    return this.#counts.has(code);
  }
}
