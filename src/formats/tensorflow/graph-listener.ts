import { readBytes } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import { emitDocument } from '../emit-document.ts';
import type { ParseContext } from '../format.ts';
import { parseJson } from '../json/parse-json.ts';
import type { FieldKind, WireListener } from '../protobuf.ts';
import type { TensorflowGraph, TensorflowOperator } from './tensorflow-graph.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const MAX_NAME_BYTES = 1024;
const MAX_KEPT = 100_000;

/** Gathers operators and assets, and hands Keras configurations on as documents. */
export class GraphListener implements WireListener {
  nodes = 0;
  readonly #context: ParseContext;
  readonly #operators = new Map<string, TensorflowOperator & { count: number }>();
  readonly #assets: { path: string; span: Span }[] = [];

  constructor(context: ParseContext) {
    this.#context = context;
  }

  graph(): TensorflowGraph {
    return { operators: [...this.#operators.values()], assets: this.#assets };
  }

  enter(type: string): void {
    if (type === 'NodeDef') this.nodes += 1;
  }

  leave(): void {
    // Nothing is gathered per message: an operator is known by its one field.
  }

  number(): void {
    // Numbers say nothing about what is run.
  }

  content(field: string, _kind: FieldKind, span: Span): void {
    if (field === 'op') this.#operator(this.#read(span, MAX_NAME_BYTES), span);
    else if (field === 'filename' && this.#assets.length < MAX_KEPT) {
      this.#assets.push({ path: this.#read(span, MAX_NAME_BYTES), span });
    } else if (field === 'metadata') this.#kerasConfig(span);
  }

  #read({ start, end }: Span, maxBytes: number): string {
    return text.decode(readBytes(this.#context.source, start, Math.min(end - start, maxBytes)));
  }

  #operator(name: string, span: Span): void {
    const known = this.#operators.get(name);
    if (known !== undefined) known.count += 1;
    else if (this.#operators.size < MAX_KEPT) this.#operators.set(name, { name, count: 1, span });
  }

  /** The JSON Keras rebuilds a layer from; judged as the `config.json` of a Keras archive is. */
  #kerasConfig(span: Span): void {
    const context = this.#context;
    const { maxDocumentBytes } = context.limits;
    const bytes = readBytes(context.source, span.start, Math.min(span.end - span.start, maxDocumentBytes));
    if (bytes[0] !== 0x7b) return;
    const { root } = parseJson(bytes, { limits: context.limits, offset: span.start });
    const sink = {
      path: 'config.json',
      limits: context.limits,
      emit: context.emit.bind(context),
      flaw: context.flaw.bind(context),
    };
    emitDocument(sink, { root, syntax: 'json' });
  }
}
