import { Cursor } from '../../bytes/cursor.ts';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import {
  CENTRAL_SIGNATURE,
  type CentralRecord,
  END_BYTES,
  END_SIGNATURE,
  type EndRecord,
  readCentral,
  readEnd,
  signatureAt,
} from './records.ts';

/** How far before the end an end record may start: its own length and the longest comment. */
const TAIL_BYTES = END_BYTES + 0xffff;

/** A central directory, read. */
export interface Directory {
  readonly end: EndRecord;
  readonly start: number;
  /** Where its last header ends. */
  readonly stop: number;
  /** Added to stored offsets to get offsets in the file: what precedes the archive. */
  readonly shift: number;
  readonly records: readonly CentralRecord[];
  /** True when it runs into a directory that was read before, so that its records are not all here. */
  readonly joined: boolean;
  /** What stopped the reading early. */
  readonly problem: FormatError | LimitError | undefined;
}

/** Offsets of everything in the tail that looks like an end record, the last one, which readers take, first. */
export function findEnds(source: Source): number[] {
  const from = Math.max(0, source.size - TAIL_BYTES);
  return findSignature(readBytes(source, from, TAIL_BYTES), END_SIGNATURE)
    .map((at) => from + at)
    .toReversed();
}

/** More are never needed: what is left unread stays unaccounted for. */
const MAX_SIGNATURES = 100_000;

/** Where a four-byte little-endian signature occurs in `bytes`. */
export function findSignature(bytes: Uint8Array, signature: number): number[] {
  const found: number[] = [];
  const [a, b, c, d] = [signature & 0xff, (signature >>> 8) & 0xff, (signature >>> 16) & 0xff, signature >>> 24];
  for (let at = bytes.indexOf(a); at >= 0; at = bytes.indexOf(a, at + 1)) {
    if (bytes[at + 1] === b && bytes[at + 2] === c && bytes[at + 3] === d) found.push(at);
    if (found.length >= MAX_SIGNATURES) break;
  }
  return found;
}

export interface DirectoryLimits {
  readonly maxRecords: number;
  readonly maxTableBytes: number;
  /** Where directories start that were read before: reading into one ends there. */
  readonly known: ReadonlySet<number>;
}

/** Where a directory may start, and the end record that says so. */
export interface Candidate {
  readonly end: EndRecord;
  readonly start: number;
}

/**
 * Every directory an end record may mean. Its offset is taken as it stands (torch) and as an offset from where the
 * archive must begin for the directory to end at the end record (Python); both are kept when both lead to one.
 */
export function findDirectories(source: Source, endStart: number): Candidate[] {
  return readEnd(source, endStart).flatMap((end) =>
    [...new Set([end.directoryOffset, end.start - end.directorySize])]
      .filter((start) => isDirectory(source, start, end))
      .map((start) => ({ end, start })),
  );
}

function isDirectory(source: Source, start: number, end: EndRecord): boolean {
  if (start < 0 || start > end.start) return false;
  if (start === end.start) return end.entryCount === 0 && end.directorySize === 0;
  return signatureAt(source, start) === CENTRAL_SIGNATURE;
}

/** Reads headers as long as there are any before the end record, whatever number is declared. */
export function readDirectory(source: Source, { start, end }: Candidate, limits: DirectoryLimits): Directory {
  const cursor = new Cursor(source, { offset: start, end: end.start });
  const records: CentralRecord[] = [];
  let stop = start;
  let problem: FormatError | LimitError | undefined;
  try {
    while (!limits.known.has(stop) && isHeaderNext(cursor)) {
      if (records.length >= limits.maxRecords) throw LimitError.of('maxMembers', limits.maxRecords, end.entryCount);
      if (stop - start > limits.maxTableBytes) throw LimitError.of('maxTableBytes', limits.maxTableBytes, stop - start);
      records.push(readCentral(cursor));
      stop = cursor.offset;
    }
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof LimitError)) throw error;
    problem = error;
  }
  return { end, start, stop, shift: start - end.directoryOffset, records, joined: limits.known.has(stop), problem };
}

function isHeaderNext(cursor: Cursor): boolean {
  const { offset } = cursor;
  if (cursor.atEnd()) return false;
  try {
    return cursor.u32() === CENTRAL_SIGNATURE;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  } finally {
    cursor.seek(offset);
  }
}
