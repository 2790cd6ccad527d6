import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes, SliceSource } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { MapEntry } from '../document.ts';
import { emitDocument } from '../emit-document.ts';
import { type Confidence, defineFormat, type ParseContext, type Probe } from '../format.ts';
import { parseJsonValue, skipWhiteSpace } from '../json/parse-json.ts';
import { FaultLog } from '../structure-fault.ts';
import { dtypeBits } from './dtypes.ts';
import { HeaderReader } from './header.ts';
import { checkLayout, type DataLayout } from './layout.ts';
import type { SafetensorsFaultCode, SafetensorsTensor } from './safetensors-file.ts';

const LENGTH_BYTES = 8;
const SPACE = 0x20;
/** The Hub reads no larger header (huggingface_hub, SAFETENSORS_MAX_HEADER_LENGTH). */
const HUB_HEADER_BYTES = 25_000_000;
/** The writer pads the header so that data starts at a multiple of this. */
const ALIGNMENT = 8;
/** Gaps between tensors looked at in case they are a file; more than a few is a file of holes. */
const MAX_HOLES_EXAMINED = 16;

type Faults = FaultLog<SafetensorsFaultCode>;

/** Safetensors: a length, a JSON header, tensor data. */
export const safetensors = defineFormat({
  id: 'safetensors',
  title: 'Safetensors weights',
  extensions: ['.safetensors'],
  detect,
  parse,
});

/** A length below 2^32 followed by the start of a JSON object is no accident; a name alone only makes it likely. */
function detect(probe: Probe): Confidence | null {
  const { head } = probe;
  const byName = probe.name.endsWith('.safetensors') ? 'likely' : null;
  if (head.length <= LENGTH_BYTES || head.subarray(4, LENGTH_BYTES).some((byte) => byte !== 0)) return byName;
  const brace = skipWhiteSpace(head, LENGTH_BYTES);
  const next = head[brace + 1];
  const opens = head[brace] === 0x7b && (next === undefined || next === 0x22 || next === 0x7d || next <= SPACE);
  return opens ? 'certain' : byName;
}

function parse(context: ParseContext): void {
  const { source, limits } = context;
  const header = readHeader(context);
  const faults: Faults = new FaultLog(limits.maxFindingsPerRule);
  const dataStart = LENGTH_BYTES + header.length;
  const reader = new HeaderReader(header, LENGTH_BYTES, faults);
  const onRootEntry = (entry: MapEntry): void => reader.entry(entry);
  const text = parseJsonValue(header, { limits, offset: LENGTH_BYTES, onRootEntry });
  context.cover(0, text.end, 'structure');
  checkPadding(context, header, text.end, faults);
  checkHeaderSize(header.length, faults);
  reader.finish(text);
  const layout = checkLayout(reader.tensors, source.size - dataStart, faults);
  coverData(context, layout, dataStart, faults);
  emit(context, reader, header.length, faults);
}

function readHeader({ source, limits }: ParseContext): Uint8Array {
  const head = readBytes(source, 0, LENGTH_BYTES);
  if (head.length < LENGTH_BYTES) {
    throw FormatError.of('truncated', { wanted: LENGTH_BYTES, offset: 0, size: head.length });
  }
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (length > BigInt(source.size - LENGTH_BYTES)) {
    const found = `${length} in a file of ${source.size} bytes`;
    throw FormatError.of('malformed', { expected: 'a header length within the file', found, offset: 0 });
  }
  if (length > limits.maxSafetensorsHeaderBytes) {
    throw LimitError.of('maxSafetensorsHeaderBytes', limits.maxSafetensorsHeaderBytes, Number(length));
  }
  return readBytes(source, LENGTH_BYTES, Number(length));
}

/** What follows the JSON in the header: spaces by the specification, other white space by leniency, nothing else. */
function checkPadding(context: ParseContext, header: Uint8Array, jsonEnd: number, faults: Faults): void {
  const from = jsonEnd - LENGTH_BYTES;
  const junk = skipWhiteSpace(header, from);
  const headerEnd = LENGTH_BYTES + header.length;
  context.cover(jsonEnd, LENGTH_BYTES + junk, 'padding');
  if (junk < header.length) {
    const detail = `${header.length - junk} bytes after the JSON of the header`;
    faults.add('header-junk', detail, { start: LENGTH_BYTES + junk, end: headerEnd });
  } else if (header.subarray(from).some((byte) => byte !== SPACE)) {
    faults.add('odd-padding', 'the header is padded with other white space than spaces', {
      start: jsonEnd,
      end: headerEnd,
    });
  }
}

function checkHeaderSize(length: number, faults: Faults): void {
  const span = { start: 0, end: LENGTH_BYTES };
  if (length > HUB_HEADER_BYTES) faults.add('large-header', `a header of ${length} bytes`, span);
  if (length % ALIGNMENT !== 0) faults.add('unaligned-data', `tensor data starts at ${LENGTH_BYTES + length}`, span);
}

function coverData(context: ParseContext, layout: DataLayout, dataStart: number, faults: Faults): void {
  const { size } = context.source;
  for (const span of layout.tensors) context.cover(dataStart + span.start, dataStart + span.end, 'payload');
  const tail = { start: layout.end, end: size - dataStart };
  if (tail.end > tail.start) {
    const span = { start: dataStart + tail.start, end: size };
    faults.add('trailing-bytes', `${tail.end - tail.start} bytes follow the last tensor`, span);
  }
  for (const span of [...layout.holes.slice(0, MAX_HOLES_EXAMINED), tail]) examineGap(context, span, dataStart);
}

/** Bytes of no tensor stay unaccounted for, but are looked at in case they are a file of their own. */
function examineGap(context: ParseContext, gap: Span, dataStart: number): void {
  if (gap.end <= gap.start) return;
  const offset = dataStart + gap.start;
  const source = new SliceSource(context.source, offset, gap.end - gap.start);
  context.member({ name: `bytes@${offset}`, source, role: 'constant', offset });
}

function emit(context: ParseContext, reader: HeaderReader, headerBytes: number, faults: Faults): void {
  const { tensors } = reader;
  context.emit('safetensors', { headerBytes, dataStart: LENGTH_BYTES + headerBytes, tensors, faults: faults.faults });
  context.detail('tensors', tensors.length);
  context.detail('tensorBytes', totalBytes(tensors));
  context.detail('dtypes', countDtypes(tensors));
  for (const root of reader.metadata) {
    emitDocument(context, { root, syntax: 'safetensors-metadata', pointer: '/__metadata__' });
  }
}

function totalBytes(tensors: readonly SafetensorsTensor[]): number {
  return Number(tensors.reduce((sum, { begin, end }) => sum + (end > begin ? end - begin : 0n), 0n));
}

function countDtypes(tensors: readonly SafetensorsTensor[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { dtype } of tensors) {
    const name = dtypeBits.has(dtype) ? dtype : 'unknown';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
