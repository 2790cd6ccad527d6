import { crc32 } from '../../bytes/codecs/checksums.ts';
import { Cursor } from '../../bytes/cursor.ts';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import { readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import { type FileInfo, readFilesInfo } from './files-info.ts';
import { openFolder } from './folder-source.ts';
import { HeaderBytes } from './header-bytes.ts';
import { folderSize, readStreamsInfo, type StreamsInfo } from './streams-info.ts';

export const SIGNATURE = '7z\u00bc\u00af\u0027\u001c';
/** Packed streams are counted from behind the signature header. */
const SIGNATURE_BYTES = 32;
const HEADER = 0x01;
const ARCHIVE_PROPERTIES = 0x02;
const ADDITIONAL_STREAMS = 0x03;
const MAIN_STREAMS = 0x04;
const FILES = 0x05;
const ENCODED_HEADER = 0x17;
/** An encoded header may itself be encoded; the reference implementation writes one level. */
const MAX_HEADER_LEVELS = 4;

export interface SevenZip {
  readonly streams: StreamsInfo;
  readonly files: readonly FileInfo[];
  /** Where the file's last structure ends. */
  readonly end: number;
  /** Packed streams of encoded headers, and the header itself. */
  readonly structures: readonly { readonly start: number; readonly end: number }[];
}

/** Reads the headers of a 7z archive. @throws FormatError (`encrypted` when the header is), LimitError. */
export function readSevenZip(source: Source, budget: Budget): SevenZip {
  const cursor = new Cursor(source, { offset: 12, end: SIGNATURE_BYTES });
  const start = SIGNATURE_BYTES + cursor.u64();
  const size = cursor.u64();
  const crc = cursor.u32();
  const structures = [
    { start: 0, end: SIGNATURE_BYTES },
    { start, end: start + size },
  ];
  let bytes = readHeader(source, start, size, budget);
  if (crc32(bytes) !== crc) {
    throw FormatError.of('malformed', { expected: 'the checksum of the header', found: 'another', offset: start });
  }
  for (let level = 0; level < MAX_HEADER_LEVELS; level += 1) {
    if (bytes.length === 0) return { streams: emptyStreams(), files: [], end: start, structures };
    const header = new HeaderBytes(bytes);
    const id = header.u8();
    if (id === HEADER) return { ...readMain(header), end: start + size, structures };
    if (id !== ENCODED_HEADER) header.bad('a 7z header', `id ${id}`);
    const streams = readStreamsInfo(header);
    structures.push(...packedSpans(streams));
    bytes = decodeHeader(source, streams, budget);
  }
  throw LimitError.of('maxHeaderLevels', MAX_HEADER_LEVELS, 'more');
}

function readHeader(source: Source, start: number, size: number, { limits }: Budget): Uint8Array {
  if (size > limits.maxTableBytes) throw LimitError.of('maxTableBytes', limits.maxTableBytes, size);
  const available = source.size - start;
  if (size > available) throw FormatError.of('truncated', { wanted: size, offset: start, size: source.size });
  return readBytes(source, start, size);
}

function decodeHeader(source: Source, streams: StreamsInfo, budget: Budget): Uint8Array {
  const [folder] = streams.folders;
  if (folder === undefined)
    throw FormatError.of('malformed', { expected: 'an encoded header', found: 'none', offset: 0 });
  const size = folderSize(folder);
  const { maxTableBytes } = budget.limits;
  if (size > maxTableBytes) throw LimitError.of('maxTableBytes', maxTableBytes, size);
  const decoded = openFolder(folder, packedSources(source, streams)[0] ?? [], budget);
  // Growing with what really comes: the declared size alone must not cost memory.
  const bytes = readBytes(decoded, 0, Math.min(size, decoded.finish()));
  if (decoded.failure !== undefined) throw decoded.failure;
  return bytes;
}

/** The packed streams of each folder, as sources. */
export function packedSources(source: Source, streams: StreamsInfo): Source[][] {
  const spans = packedSpans(streams);
  let next = 0;
  return streams.folders.map(({ packedInputs }) => {
    next += packedInputs.length;
    return spans
      .slice(next - packedInputs.length, next)
      .map(({ start, end }) => new SliceSource(source, start, end - start));
  });
}

/** Where the packed streams are in the file. */
export function packedSpans({ packPosition, packSizes }: StreamsInfo): { start: number; end: number }[] {
  let at = SIGNATURE_BYTES + packPosition;
  return packSizes.map((size) => {
    at += size;
    return { start: at - size, end: at };
  });
}

function readMain(header: HeaderBytes): Pick<SevenZip, 'streams' | 'files'> {
  let streams = emptyStreams();
  let files: FileInfo[] = [];
  for (let id = header.u8(); id !== 0; id = header.u8()) {
    if (id === ARCHIVE_PROPERTIES) skipProperties(header);
    else if (id === ADDITIONAL_STREAMS) readStreamsInfo(header);
    else if (id === MAIN_STREAMS) streams = readStreamsInfo(header);
    else if (id === FILES) files = readFilesInfo(header);
    else header.bad('a header property', `id ${id}`);
  }
  return { streams, files };
}

function skipProperties(header: HeaderBytes): void {
  for (let id = header.u8(); id !== 0; id = header.u8()) header.skip(header.number());
}

function emptyStreams(): StreamsInfo {
  return { packPosition: 0, packSizes: [], folders: [] };
}
