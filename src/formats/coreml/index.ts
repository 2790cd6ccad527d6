import { FormatError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import { type Confidence, defineFormat, type ParseContext, type Probe } from '../format.ts';
import { type FieldKind, type TopLevel, topLevelFields, type WireListener, WireWalker } from '../protobuf.ts';
import type { Span } from '../../bytes/span.ts';
import type { CoremlRequest } from './coreml-model.ts';
import { coremlSchema, MODEL_FIELDS } from './schema.ts';

const MAX_PROBED_FIELDS = 64;
const MAX_TEXT_BYTES = 64 * 1024;
const MAX_REQUESTS = 10_000;
const VERSION = 1;
const text = new TextDecoder('utf-8');
const KINDS: Readonly<Record<string, CoremlRequest['kind']>> = {
  layerClass: 'layer',
  modelClass: 'model',
  linkedFile: 'file',
};

/** Core ML models (`.mlmodel`, and inside `.mlpackage`). Protobuf has no magic number: the fields at the top tell. */
export const coreml = defineFormat({
  id: 'coreml',
  title: 'Core ML model',
  extensions: ['.mlmodel'],
  detect,
  parse(context) {
    const listener = new RequestListener(context);
    try {
      new WireWalker(context, coremlSchema, listener).walk('Model', { start: 0, end: context.source.size });
    } finally {
      context.emit('coreml', { requests: listener.requests });
    }
    if (hasModel(topLevelFields(context.source, coremlSchema.Model, MAX_PROBED_FIELDS))) return;
    throw FormatError.of('malformed', { expected: 'a model', found: 'none', offset: context.source.size });
  },
});

function detect({ head, source, name }: Probe): Confidence | null {
  if (head[0] !== 0x08) return null;
  const top = topLevelFields(source, coremlSchema.Model, MAX_PROBED_FIELDS);
  if (top.known && top.complete && hasModel(top)) return 'certain';
  return name.endsWith('.mlmodel') ? 'likely' : null;
}

function hasModel({ numbers }: TopLevel): boolean {
  return numbers.has(VERSION) && [...numbers].some((number) => MODEL_FIELDS.has(number));
}

class RequestListener implements WireListener {
  readonly requests: CoremlRequest[] = [];
  readonly #context: ParseContext;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  enter(): void {
    // Each request is known by one field.
  }

  leave(): void {
    // As above.
  }

  number(): void {
    // Numbers say nothing about what is run.
  }

  content(field: string, _kind: FieldKind, span: Span): void {
    const kind = KINDS[field];
    if (kind === undefined && field !== 'prose') return;
    const value = text.decode(
      readBytes(this.#context.source, span.start, Math.min(span.end - span.start, MAX_TEXT_BYTES)),
    );
    if (kind === undefined) {
      this.#context.emit('text', { text: value, offset: span.start, pointer: 'metadata', nature: 'prose' });
    } else if (this.requests.length < MAX_REQUESTS) this.requests.push({ kind, name: value, span });
  }
}
