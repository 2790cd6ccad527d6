import { stringOf, type MapNode } from '../../formats/document.ts';
import type { Facets } from '../../formats/facets.ts';
import type { ParseContext } from '../../formats/format.ts';
import { dtypeBits } from '../../formats/safetensors/dtypes.ts';
import { safetensors } from '../../formats/safetensors/index.ts';
import type {
  SafetensorsFaultCode,
  SafetensorsFile,
  SafetensorsTensor,
} from '../../formats/safetensors/safetensors-file.ts';
import type { StructureFault } from '../../formats/structure-fault.ts';
import { TensorError } from '../errors.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import type { Tensor, TensorFile } from '../tensor.ts';

/** What every reader takes for the same file: facts worth a note. */
const HARMLESS: ReadonlySet<SafetensorsFaultCode> = new Set(['large-header', 'unaligned-data', 'odd-padding']);
/** The planner says of a nameless tensor that its name is no name, and knows an option that leaves it out. */
const LEFT_TO_THE_PLANNER: ReadonlySet<SafetensorsFaultCode> = new Set(['empty-name']);
/** What no reader takes: sizes, ranges and fields that do not fit together. Everything else is read in two ways. */
const CONTRADICTIONS: ReadonlySet<SafetensorsFaultCode> = new Set([
  'size-mismatch',
  'range-overlap',
  'range-hole',
  'range-beyond-file',
  'reversed-range',
  'trailing-bytes',
  'unknown-dtype',
  'missing-field',
  'invalid-entry',
  'invalid-number',
  'metadata-not-a-map',
  'metadata-value',
]);

/**
 * Strict where the reference is lenient: a header that two readers could take differently (repeated keys, entries as
 * arrays, white space before the brace, fields nobody knows) is refused, so that what is converted is what was judged.
 */
export const safetensorsTensors = defineTensorReader({ format: 'safetensors', read });

interface Parsed {
  file: SafetensorsFile | undefined;
  readonly metadata: MapNode[];
}

function read(context: ReadContext): TensorFile {
  const { file, metadata } = parse(context);
  if (file === undefined) throw TensorError.of('no-tensors', { path: context.path });
  const notes = judge(context.path, file.faults);
  return {
    format: 'safetensors',
    tensors: file.tensors.map((tensor) => tensorOf(context, file.dataStart, tensor)),
    refused: [],
    omitted: [],
    metadata: textByKey(metadata),
    globals: [],
    notes,
  };
}

/** Runs the parser that judges such files and keeps what it tells. */
function parse({ source, path, limits, budget }: ReadContext): Parsed {
  const parsed: Parsed = { file: undefined, metadata: [] };
  const context: ParseContext = {
    source,
    path,
    limits,
    budget,
    emit<Name extends keyof Facets>(facet: Name, value: Facets[Name]): void {
      if (facet === 'safetensors') parsed.file = value as Facets['safetensors'];
      if (facet !== 'document') return;
      const { root, pointer, syntax } = value as Facets['document'];
      if (root.kind === 'map' && syntax === 'safetensors-metadata' && pointer === '/__metadata__') {
        parsed.metadata.push(root);
      }
    },
    member: () => undefined,
    cover: () => undefined,
    flaw: (error) => {
      throw error;
    },
    detail: () => undefined,
  };
  safetensors.parse(context);
  return parsed;
}

/** The notes of harmless faults. @throws TensorError for all others. */
function judge(path: string, faults: readonly StructureFault<SafetensorsFaultCode>[]): string[] {
  const grave = faults.filter(({ code }) => !HARMLESS.has(code) && !LEFT_TO_THE_PLANNER.has(code));
  // A repeated name also overlaps itself, and the repetition is what matters.
  const ambiguity = grave.find(({ code }) => !CONTRADICTIONS.has(code));
  const [first] = grave;
  const fault = ambiguity ?? first;
  if (fault !== undefined) {
    const code = ambiguity === undefined ? 'inconsistent' : 'ambiguous';
    throw TensorError.of(code, { path, detail: `${fault.code}: ${fault.detail}` });
  }
  return faults.filter(({ code }) => HARMLESS.has(code)).map(({ detail }) => detail);
}

function tensorOf({ source }: ReadContext, dataStart: number, tensor: SafetensorsTensor): Tensor {
  const { name, dtype, shape, begin, end } = tensor;
  const start = dataStart + Number(begin);
  const bits = dtypeBits.get(dtype) ?? 0n;
  return {
    name,
    dtype,
    shape: shape.map(Number),
    placement: {
      source,
      offset: start,
      itemBytes: bits % 8n === 0n ? Number(bits / 8n) : undefined,
      byteLength: Number(end - begin),
    },
    storage: undefined,
    origin: { member: '', span: { start, end: dataStart + Number(end) } },
  };
}

function textByKey(maps: readonly MapNode[]): ReadonlyMap<string, string> {
  return new Map(maps.flatMap(({ entries }) => entries.map(({ key, value }) => [key, stringOf(value) ?? ''] as const)));
}
