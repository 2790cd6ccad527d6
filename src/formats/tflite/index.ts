import { FormatError } from '../../bytes/errors.ts';
import { type FlatTable, FlatWalker } from '../flatbuffer.ts';
import { defineFormat, type ParseContext, Probe } from '../format.ts';
import { examineZip } from '../zip/examine-zip.ts';
import { isZip } from '../zip/index.ts';
import { accounted, readZip } from '../zip/read-zip.ts';
import { tfliteSchema } from './schema.ts';

/** `BuiltinOperator_CUSTOM` and the prefix of TensorFlow's own operators (flex delegate). */
const CUSTOM = 32;
const FLEX = /^Flex(?=[A-Z_])/;
/** Offsets 0 and 1 of a buffer mean that its data is not outside the FlatBuffer. */
const FIRST_OUTSIDE_OFFSET = 2;

/**
 * TensorFlow Lite models: a FlatBuffer of graphs, beyond 2 GiB weights after it, and often a zip file of labels and
 * vocabularies appended to it (TensorFlow Lite Metadata, "Associated files").
 */
export const tflite = defineFormat({
  id: 'tflite',
  title: 'TensorFlow Lite model',
  extensions: ['.tflite', '.lite'],
  refines: ['zip'],
  detect: (probe) => (probe.startsWith('TFL3', 4) ? 'certain' : null),
  parse(context) {
    const reader = new TfliteReader(context);
    try {
      reader.walk();
    } finally {
      reader.report();
      if (isZip(new Probe(context.source, context.path, context.budget))) examineFiles(context, reader.end);
    }
  },
});

/** Examines the zip file that shares the bytes; that it follows the model at once is nothing odd. */
function examineFiles(context: ParseContext, modelEnd: number): void {
  const listing = readZip(context.source, context.limits);
  const start = accounted(listing).reduce((least, span) => Math.min(least, span.start), context.source.size);
  if (start !== modelEnd) {
    examineZip(context, listing);
    return;
  }
  const anomalies = listing.anomalies.filter(({ code }) => code !== 'prefix');
  const member: ParseContext['member'] = (part) => {
    if (part.role !== 'constant' || part.offset !== 0) context.member(part);
  };
  examineZip({ ...context, member }, { ...listing, anomalies });
}

class TfliteReader {
  readonly #context: ParseContext;
  readonly #walker: FlatWalker;
  readonly #custom = new Map<string, FlatTable>();
  readonly #counts: Record<string, number> = {};

  constructor(context: ParseContext) {
    this.#context = context;
    this.#walker = new FlatWalker(context, tfliteSchema, (table) => this.#table(table));
  }

  get end(): number {
    return this.#walker.end;
  }

  walk(): void {
    this.#walker.walk('Model');
    if (this.#counts['SubGraph'] !== undefined) return;
    throw FormatError.of('malformed', { expected: 'a graph', found: 'a model without one', offset: 8 });
  }

  report(): void {
    const { Tensor = 0, Operator = 0 } = this.#counts;
    this.#context.detail('tensors', Tensor);
    this.#context.detail('operators', Operator);
    const named = [...this.#custom].map(([name, { span }]) => ({ name, span }));
    const flex = named.filter(({ name }) => FLEX.test(name));
    this.#context.emit('tflite', { customOperators: named });
    if (flex.length === 0) return;
    const operators = flex.map(({ name, span }) => ({ name: name.replace(FLEX, ''), count: 1, span }));
    this.#context.emit('tensorflow', { operators, assets: [] });
  }

  #table(table: FlatTable): void {
    this.#counts[table.type] = (this.#counts[table.type] ?? 0) + 1;
    if (table.type === 'Model') this.#description(table);
    else if (table.type === 'OperatorCode') this.#operator(table);
    else if (table.type === 'Buffer') this.#outside(table.number(1, 8), table.number(2, 8));
    else if (table.type === 'Operator') this.#outside(table.number(9, 8), table.number(10, 8));
  }

  #description(model: FlatTable): void {
    const { text, span } = model.text(3);
    if (text === '') return;
    this.#context.emit('text', { text, offset: span.start, pointer: 'description', nature: 'prose' });
  }

  /** The code has one byte in old files and four in new ones; a name is only there for custom operators. */
  #operator(code: FlatTable): void {
    const name = code.text(1).text;
    const isCustom = code.number(0, 1) === CUSTOM || code.number(3, 4) === CUSTOM;
    if (isCustom || name !== '') this.#custom.set(name, code);
  }

  #outside(offset: number, bytes: number): void {
    if (offset < FIRST_OUTSIDE_OFFSET || bytes === 0) return;
    this.#walker.cover({ start: offset, end: offset + bytes }, 'payload');
  }
}
