import { ConvertError } from './errors.ts';
import { encodeHeader, HUB_HEADER_BYTES, MAX_HEADER_BYTES } from './header.ts';
import { type ConversionSource, type Intake, type Taken, takeIn } from './intake.ts';
import { byDtypeAndName, compareUtf8 } from './order.ts';
import type { Selection } from './select.ts';
import { shardNames, splitIntoShards } from './shards.ts';
import { type DroppedAlias, dropAliases, heldBytes, tieGroups } from './ties.ts';

/** Formats that torch reads: for these the reference tool writes `{"format":"pt"}`. */
const TORCH_FORMATS: ReadonlySet<string> = new Set(['torch-zip', 'torch-legacy', 'torch-tar', 'pickle']);
/** Bytes written for each byte held by the sources. Tied embeddings make 2; layers shared by a whole network some 24. */
const DEFAULT_MAX_AMPLIFICATION = 32;
/** Below this, a causal mask expanded from one row is no attack on anybody's disk. */
const AMPLIFICATION_FLOOR_BYTES = 256 * 1024 * 1024;

/** How the tensors of one model are spread over files. */
export type Layout =
  /** One file of this name. */
  | { readonly kind: 'one'; readonly name: string }
  /** As many as the size asks for: `stem.safetensors`, or shards and an index. */
  | { readonly kind: 'sharded'; readonly stem: string; readonly maxShardBytes: number; readonly index?: string }
  /** One for each source, with an index: the boundaries of a sharded checkpoint are kept. */
  | { readonly kind: 'by-source'; readonly names: readonly string[]; readonly index: string };

export interface PlanOptions extends Selection {
  readonly layout: Layout;
  /** Write shared bytes once, under one name. */
  readonly dedupe?: boolean | undefined;
  /** Leave out what cannot be converted instead of refusing everything. */
  readonly allowPartial?: boolean | undefined;
  /** Added to the metadata of every file, over what the sources say. */
  readonly metadata?: ReadonlyMap<string, string> | undefined;
  readonly maxAmplification?: number | undefined;
}

/** A tensor and its range in the data of its file. */
interface PlannedTensor extends Taken {
  readonly begin: number;
  readonly end: number;
}

export interface PlannedOutput {
  /** File name, without a folder. */
  readonly name: string;
  /** Everything before the tensor data. */
  readonly header: Uint8Array;
  /** Header and data. */
  readonly size: number;
  /** In the order of the file, without gaps. */
  readonly tensors: readonly PlannedTensor[];
}

/** Exactly what would be written for one model. */
export interface ModelPlan extends Intake {
  readonly outputs: readonly PlannedOutput[];
  readonly index: { readonly name: string; readonly text: string } | undefined;
  readonly dropped: readonly DroppedAlias[];
  readonly notes: readonly string[];
}

/** Plans the conversion of the sources into one model. Reads nothing. @throws ConvertError. */
export function planModel(sources: readonly ConversionSource[], options: PlanOptions): ModelPlan {
  const intake = takeIn(sources, options);
  checkRefused(intake, options);
  if (intake.taken.length === 0) {
    throw ConvertError.of('nothing-to-convert', { what: sources.map(({ path }) => path).join(', ') });
  }
  const groups = tieGroups(intake.taken);
  const dropped = options.dedupe === true ? dropAliases(groups) : [];
  const gone = new Set(dropped.map(({ name }) => name));
  const kept = intake.taken.filter(({ tensor }) => !gone.has(tensor.name));
  checkAmplification(kept, options.maxAmplification ?? DEFAULT_MAX_AMPLIFICATION);
  const keptGroups = gone.size === 0 ? groups : tieGroups(kept);
  const files = layOut(kept, keptGroups, options.layout);
  const outputs = files.map(({ name, tensors }) =>
    planOutput(name, tensors, metadataFor(sources, tensors, dropped, options)),
  );
  return { ...intake, outputs, index: indexOf(outputs, options.layout), dropped, notes: notesOn(sources, outputs) };
}

function checkRefused({ refused }: Intake, { allowPartial }: PlanOptions): void {
  if (refused.length > 0 && allowPartial !== true) throw ConvertError.of('tensors-refused', { refused });
}

function checkAmplification(kept: readonly Taken[], allowed: number): void {
  const written = kept.reduce((sum, { tensor }) => sum + tensor.placement.byteLength, 0);
  if (written <= AMPLIFICATION_FLOOR_BYTES) return;
  const held = heldBytes(kept);
  if (written > held * allowed) throw ConvertError.of('amplification-exceeded', { written, held, allowed });
}

interface NamedTensors {
  readonly name: string;
  readonly tensors: readonly Taken[];
}

function layOut(kept: readonly Taken[], groups: ReturnType<typeof tieGroups>, layout: Layout): NamedTensors[] {
  if (layout.kind === 'one') return [{ name: layout.name, tensors: kept }];
  if (layout.kind === 'sharded') {
    const shards = splitIntoShards(kept, groups, layout.maxShardBytes);
    const names = shardNames(layout.stem, shards.length);
    return shards.map((tensors, i) => ({ name: names[i] as string, tensors }));
  }
  const bySource = Map.groupBy(kept, ({ source }) => source);
  return layout.names.flatMap((name, source) => {
    const tensors = bySource.get(source);
    return tensors === undefined ? [] : [{ name, tensors }];
  });
}

function planOutput(name: string, tensors: readonly Taken[], metadata: ReadonlyMap<string, string>): PlannedOutput {
  const ordered = tensors.toSorted((a, b) => byDtypeAndName(a.tensor, b.tensor));
  let at = 0;
  const planned = ordered.map((taken) => {
    const begin = at;
    at += taken.tensor.placement.byteLength;
    return { ...taken, begin, end: at };
  });
  const entries = planned.map(({ tensor, begin, end }) => ({ ...tensor, begin, end }));
  const header = encodeHeader(entries, metadata);
  if (header.length > MAX_HEADER_BYTES) {
    throw ConvertError.of('header-too-large', { output: name, bytes: header.length, allowed: MAX_HEADER_BYTES });
  }
  return { name, header, size: header.length + at, tensors: planned };
}

/** What the sources of the tensors say, what the reference would add, what was dropped, and what the user wants. */
function metadataFor(
  sources: readonly ConversionSource[],
  tensors: readonly Taken[],
  dropped: readonly DroppedAlias[],
  options: PlanOptions,
): ReadonlyMap<string, string> {
  const given = options.metadata ?? new Map<string, string>();
  const metadata = agreed(
    [...new Set(tensors.map(({ source }) => source))].map((index) => defaultsOf(sources[index])),
    given,
  );
  const here = new Set(tensors.map(({ tensor }) => tensor.name));
  for (const { name, kept } of dropped) if (here.has(kept)) metadata.set(name, kept);
  for (const [key, value] of given) metadata.set(key, value);
  for (const [key, value] of metadata) {
    if (!key.isWellFormed() || !value.isWellFormed()) throw ConvertError.of('metadata-invalid', { key });
  }
  return metadata;
}

/** @throws ConvertError `metadata-clash` when two sources give one key two values and the user does not settle it. */
function agreed(
  all: readonly ReadonlyMap<string, string>[],
  settled: ReadonlyMap<string, string>,
): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const [key, value] of all.flatMap((one) => [...one])) {
    if (metadata.has(key) && metadata.get(key) !== value && !settled.has(key)) {
      throw ConvertError.of('metadata-clash', { key });
    }
    metadata.set(key, value);
  }
  return metadata;
}

function defaultsOf(source: ConversionSource | undefined): ReadonlyMap<string, string> {
  if (source === undefined) return new Map();
  const { format, metadata } = source.file;
  return TORCH_FORMATS.has(format) ? new Map([['format', 'pt'], ...metadata]) : metadata;
}

/** `model.safetensors.index.json` as huggingface_hub writes it: two spaces, keys sorted, ASCII alone, a line end. */
function indexOf(outputs: readonly PlannedOutput[], layout: Layout): ModelPlan['index'] {
  if (layout.kind === 'one' || (layout.kind === 'sharded' && outputs.length === 1)) return undefined;
  const name = layout.index ?? `${layout.kind === 'sharded' ? layout.stem : ''}.safetensors.index.json`;
  const totalSize = outputs.reduce((sum, { size, header }) => sum + size - header.length, 0);
  const lines = outputs
    .flatMap((output) => output.tensors.map(({ tensor }) => [tensor.name, output.name] as const))
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([tensor, file]) => `    ${asciiJson(tensor)}: ${asciiJson(file)}`);
  const text = `{\n  "metadata": {\n    "total_size": ${totalSize}\n  },\n  "weight_map": {\n${lines.join(',\n')}\n  }\n}\n`;
  return { name, text };
}

/** A JSON string as Python's json writes it by default. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function notesOn(sources: readonly ConversionSource[], outputs: readonly PlannedOutput[]): string[] {
  const large = outputs
    .filter(({ header }) => header.length > HUB_HEADER_BYTES)
    .map(({ name, header }) => `${name} has a header of ${header.length} bytes, more than the Hub reads`);
  return [...sources.flatMap(({ path, file }) => file.notes.map((note) => `${path}: ${note}`)), ...large];
}
