import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, MapEntry, MapNode, ScalarNode } from '../document.ts';
import type { JsonText } from '../json/parse-json.ts';
import type { FaultLog } from '../structure-fault.ts';
import type { SafetensorsFaultCode, SafetensorsTensor } from './safetensors-file.ts';

const METADATA = '__metadata__';
/** The order in which an entry written as an array gives them: the reference reads that too (serde derive). */
const FIELDS = ['dtype', 'shape', 'data_offsets'] as const;
const MAX_U64 = 2n ** 64n - 1n;
const MAX_POINTER_LENGTH = 256;

type Field = (typeof FIELDS)[number];
type Fields = Map<Field, DocumentNode>;

/** What the header's JSON says, with every way in which it says it that the specification or the reference forbids. */
export class HeaderReader {
  readonly tensors: SafetensorsTensor[] = [];
  /** Every `__metadata__` map there is. */
  readonly metadata: MapNode[] = [];
  readonly #bytes: Uint8Array;
  readonly #base: number;
  readonly #faults: FaultLog<SafetensorsFaultCode>;
  readonly #names = new Set<string>();

  /** `bytes` are those of the header, which start at offset `base` of the file. */
  constructor(bytes: Uint8Array, base: number, faults: FaultLog<SafetensorsFaultCode>) {
    this.#bytes = bytes;
    this.#base = base;
    this.#faults = faults;
  }

  /** After the last entry. @throws FormatError `malformed` when the header is no JSON object. */
  finish({ root, oddities }: JsonText): void {
    for (const { code, offset } of oddities) {
      const kind = code === 'not-a-number' ? 'invalid-number' : code;
      this.#faults.add(kind, `${code.replaceAll('-', ' ')} in the header`, { start: offset, end: offset + 1 });
    }
    if (root.kind !== 'map') {
      throw FormatError.of('malformed', { expected: 'a JSON object', found: root.kind, offset: this.#base });
    }
  }

  /** The next entry of the JSON object. */
  entry(entry: MapEntry): void {
    const span = spanOf(entry);
    const pointer = entry.key.slice(0, MAX_POINTER_LENGTH);
    const repeated = this.#names.has(entry.key);
    this.#names.add(entry.key);
    if (entry.key === METADATA) {
      if (repeated) this.#faults.add('duplicate-metadata', 'two __metadata__ entries', span, pointer);
      this.#metadata(entry.value, span);
      return;
    }
    if (repeated) this.#faults.add('duplicate-tensor', `two entries for ${pointer}`, span, pointer);
    if (entry.key === '') this.#faults.add('empty-name', 'a tensor without a name', span);
    this.#tensor(entry, pointer, span);
  }

  #metadata(node: DocumentNode, span: Span): void {
    if (node.kind !== 'map') {
      const isNull = node.kind === 'scalar' && node.value === null;
      const code = isNull ? 'metadata-null' : 'metadata-not-a-map';
      this.#faults.add(code, `__metadata__ is ${isNull ? 'null' : `a ${node.kind}`}`, span, METADATA);
      return;
    }
    this.metadata.push(node);
    const keys = new Set<string>();
    for (const entry of node.entries) {
      const pointer = `${METADATA}/${entry.key.slice(0, MAX_POINTER_LENGTH)}`;
      if (keys.has(entry.key)) {
        this.#faults.add('duplicate-metadata-key', `two values for ${entry.key}`, spanOf(entry), pointer);
      }
      keys.add(entry.key);
      if (entry.value.kind !== 'scalar' || typeof entry.value.value !== 'string') {
        this.#faults.add('metadata-value', `${entry.key} is not a string`, spanOf(entry), pointer);
      }
    }
  }

  #tensor(entry: MapEntry, pointer: string, span: Span): void {
    const fields = this.#fields(entry.value, pointer, span);
    if (fields === undefined) return;
    const absent = FIELDS.filter((field) => !fields.has(field));
    if (absent.length > 0) {
      this.#faults.add('missing-field', `${pointer} has no ${absent.join(', ')}`, span, pointer);
      return;
    }
    const dtype = fields.get('dtype') as DocumentNode;
    const shape = this.#integers(fields.get('shape') as DocumentNode);
    const offsets = this.#integers(fields.get('data_offsets') as DocumentNode);
    if (dtype.kind !== 'scalar' || typeof dtype.value !== 'string' || shape === undefined || offsets?.length !== 2) {
      const detail = `${pointer} has a dtype, shape or data_offsets of the wrong kind`;
      this.#faults.add('invalid-number', detail, span, pointer);
      return;
    }
    const [begin, end] = offsets as [bigint, bigint];
    this.tensors.push({ name: entry.key, dtype: dtype.value, shape, begin, end, entry: span });
  }

  #fields(node: DocumentNode, pointer: string, span: Span): Fields | undefined {
    if (node.kind === 'map') return this.#namedFields(node, pointer);
    if (node.kind === 'list') {
      this.#faults.add('entry-as-array', `${pointer} is written as an array`, span, pointer);
      return new Map(FIELDS.flatMap((field, i) => (node.items[i] === undefined ? [] : [[field, node.items[i]]])));
    }
    this.#faults.add('invalid-entry', `${pointer} is no object`, span, pointer);
    return undefined;
  }

  #namedFields(node: MapNode, pointer: string): Fields {
    const fields: Fields = new Map();
    for (const entry of node.entries) {
      const field = FIELDS.find((name) => name === entry.key);
      if (field === undefined) {
        const detail = `${pointer} has a field ${entry.key.slice(0, MAX_POINTER_LENGTH)}`;
        this.#faults.add('unknown-field', detail, spanOf(entry), pointer);
      } else {
        if (fields.has(field))
          this.#faults.add('duplicate-field', `${pointer} has two ${field}`, spanOf(entry), pointer);
        fields.set(field, entry.value);
      }
    }
    return fields;
  }

  #integers(node: DocumentNode): bigint[] | undefined {
    if (node.kind !== 'list') return undefined;
    const values: bigint[] = [];
    for (const item of node.items) {
      const value = item.kind === 'scalar' ? this.#integer(item) : undefined;
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  /** An unsigned 64-bit integer spelled with digits alone: `2.0`, `2e0` and `-0` are none (serde's u64). */
  #integer({ value, span }: ScalarNode): bigint | undefined {
    if (span === undefined || (typeof value !== 'number' && typeof value !== 'bigint')) return undefined;
    for (let at = span.start - this.#base; at < span.end - this.#base; at += 1) {
      const byte = this.#bytes[at] as number;
      if (byte < 0x30 || byte > 0x39) return undefined;
    }
    const integer = BigInt(value);
    return integer > MAX_U64 ? undefined : integer;
  }
}

function spanOf(entry: MapEntry): Span {
  return { start: entry.keySpan?.start ?? 0, end: entry.value.span?.end ?? entry.keySpan?.end ?? 0 };
}
