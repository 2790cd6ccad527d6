import { readBytes, SliceSource } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, MapEntry } from '../document.ts';
import type { ParseContext } from '../format.ts';
import type { FieldKind, WireListener } from '../protobuf.ts';
import type { OnnxExternal, OnnxImport, OnnxOperator } from './onnx-model.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** Names, operators and paths are short; what goes beyond is cut, and so matches nothing that is allowed. */
const MAX_NAME_BYTES = 4096;
/** Label lists and whole configurations are kept as metadata. */
const MAX_METADATA_BYTES = 16 * 1024 * 1024;
/** Attribute bytes from this size on are looked at in case they are a file of their own. */
const MIN_CONSTANT_BYTES = 64;
/** Operators and external tensors kept; more distinct ones than this is a flood. */
const MAX_KEPT = 200_000;
/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1n;

/** The texts that are read at all; names of inputs and outputs are by far the most, and no rule asks for them. */
const READ_FIELDS: ReadonlySet<string> = new Set(['name', 'op_type', 'domain', 'key', 'value', 's', 'doc_string']);

/** A message being read: its texts and numbers by field, and the entries nested in it. */
interface Frame {
  readonly texts: Map<string, { readonly value: string; readonly span: Span }>;
  readonly numbers: Map<string, bigint>;
  readonly entries: Map<string, (readonly [key: string, value: string])[]>;
}

const newFrame = (): Frame => ({ texts: new Map(), numbers: new Map(), entries: new Map() });

/** Gathers from a walk over a model what the rules ask for. */
export class ModelListener implements WireListener {
  irVersion = 0;
  readonly operators = new Map<string, OnnxOperator & { count: number }>();
  readonly imports: OnnxImport[] = [];
  readonly functionDomains = new Set<string>();
  readonly external: OnnxExternal[] = [];
  readonly metadata: MapEntry[] = [];
  tensors = 0;
  graphs = 0;
  readonly #context: ParseContext;
  readonly #frames: Frame[] = [];

  constructor(context: ParseContext) {
    this.#context = context;
  }

  enter(): void {
    this.#frames.push(newFrame());
  }

  leave(type: string, field: string, span: Span): void {
    const frame = this.#frames.pop() as Frame;
    const parent = this.#frames.at(-1);
    switch (type) {
      case 'StringStringEntryProto':
        return this.#entry(frame, field, parent);
      case 'AttributeProto':
        return this.#attribute(frame, parent);
      case 'TensorProto':
        return this.#tensor(frame, span);
      case 'GraphProto':
        this.graphs += 1;
        return;
      case 'NodeProto':
        return this.#node(frame, span);
      case 'OperatorSetIdProto':
        this.imports.push({ domain: textOf(frame, 'domain'), span });
        return;
      case 'FunctionProto':
        this.functionDomains.add(textOf(frame, 'domain'));
        return;
      case 'ModelProto':
        this.irVersion = Number(frame.numbers.get('ir_version') ?? 0n);
        return;
      default:
    }
  }

  number(field: string, value: bigint): void {
    this.#frames.at(-1)?.numbers.set(field, value);
  }

  content(field: string, kind: FieldKind, span: Span): void {
    const size = span.end - span.start;
    if (kind === 'bytes' && size >= MIN_CONSTANT_BYTES) this.#constant(span);
    if (!READ_FIELDS.has(field)) return;
    const isLong = this.#frames.length === 2 && field === 'value';
    const maxBytes = isLong ? MAX_METADATA_BYTES : MAX_NAME_BYTES;
    const value = text.decode(readBytes(this.#context.source, span.start, Math.min(size, maxBytes)));
    this.#frames.at(-1)?.texts.set(field, { value, span });
    if (field === 'doc_string' && value !== '') this.#prose(value, span);
  }

  #constant({ start, end }: Span): void {
    const source = new SliceSource(this.#context.source, start, end - start);
    this.#context.member({ name: `bytes@${start}`, source, role: 'constant', offset: start });
  }

  #prose(value: string, span: Span): void {
    this.#context.emit('text', { text: value, offset: span.start, pointer: 'doc_string', nature: 'prose' });
  }

  #entry(frame: Frame, field: string, parent: Frame | undefined): void {
    const key = textOf(frame, 'key');
    const value = frame.texts.get('value');
    const list = parent?.entries.get(field);
    const entry = [key, value?.value ?? ''] as const;
    if (list === undefined) parent?.entries.set(field, [entry]);
    else if (list.length < MAX_KEPT) list.push(entry);
    if (field !== 'metadata_props' || this.#frames.length > 1 || this.metadata.length >= MAX_KEPT) return;
    const node: DocumentNode = {
      kind: 'scalar',
      value: entry[1],
      ...(value === undefined ? {} : { span: value.span }),
    };
    this.metadata.push({ key, value: node });
  }

  /** Of attributes only those of EPContext nodes matter; they are kept as entries of their node. */
  #attribute(frame: Frame, parent: Frame | undefined): void {
    const name = textOf(frame, 'name');
    if (name !== 'ep_cache_context' && name !== 'embed_mode') return;
    const value = frame.texts.get('s')?.value ?? String(frame.numbers.get('i') ?? 0n);
    parent?.entries.set(name, [[name, value]]);
  }

  #tensor(frame: Frame, span: Span): void {
    this.tensors += 1;
    const entries = frame.entries.get('external_data') ?? [];
    if (entries.length === 0 && frame.numbers.get('data_location') !== EXTERNAL) return;
    this.#outside({ owner: textOf(frame, 'name'), kind: 'tensor', entries, span });
  }

  #node(frame: Frame, span: Span): void {
    const domain = textOf(frame, 'domain');
    const name = textOf(frame, 'op_type');
    const key = `${domain}\u0000${name}`;
    const known = this.operators.get(key);
    if (known !== undefined) known.count += 1;
    else if (this.operators.size < MAX_KEPT) this.operators.set(key, { domain, name, count: 1, span });
    if (name === 'EPContext') this.#epContext(frame, span);
  }

  /** An EPContext node with `embed_mode` 0 names a file the execution provider loads (ONNX Runtime). */
  #epContext(frame: Frame, span: Span): void {
    const path = frame.entries.get('ep_cache_context')?.[0]?.[1];
    const mode = frame.entries.get('embed_mode')?.[0]?.[1] ?? '1';
    if (path === undefined || mode !== '0') return;
    this.#outside({ owner: textOf(frame, 'name'), kind: 'ep-context', entries: [['location', path]], span });
  }

  #outside(external: OnnxExternal): void {
    if (this.external.length < MAX_KEPT) this.external.push(external);
  }
}

function textOf(frame: Frame, field: string): string {
  return frame.texts.get(field)?.value ?? '';
}
