import { FormatError } from '../../bytes/errors.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import { findSignature } from './directory.ts';
import { anomaly, localEntry, type ZipEntry } from './entry.ts';
import { methodName } from './methods.ts';
import {
  CENTRAL_SIGNATURE,
  DESCRIPTOR_SIGNATURE,
  END_SIGNATURE,
  FLAG_DESCRIPTOR,
  LOCAL_SIGNATURE,
  readLocal,
} from './records.ts';

/** Enough for any use of hidden entries; a flood of them is caught as unaccounted bytes anyway. */
const MAX_HIDDEN_ENTRIES = 1000;

export interface GapContent {
  /** Offsets of what looks like an end record. */
  readonly ends: readonly number[];
  /** Local headers that no directory has led to. */
  readonly entries: readonly ZipEntry[];
}

/** Looks for zip structures between the known ones; a reader that goes by local headers would find them. */
export function searchGap(source: Source, gap: Span, maxBytes: number, listed: boolean): GapContent {
  const bytes = readBytes(source, gap.start, Math.min(gap.end - gap.start, maxBytes));
  const at = (signature: number): number[] => findSignature(bytes, signature).map((offset) => gap.start + offset);
  const starts = at(LOCAL_SIGNATURE).slice(0, MAX_HIDDEN_ENTRIES * 10);
  const bounds = [...starts, ...at(CENTRAL_SIGNATURE), ...at(DESCRIPTOR_SIGNATURE), ...at(END_SIGNATURE), gap.end].sort(
    (a, b) => a - b,
  );
  const entries: ZipEntry[] = [];
  let after = gap.start;
  for (const start of starts) {
    if (start < after || entries.length >= MAX_HIDDEN_ENTRIES) continue;
    const entry = hiddenEntry(source, start, bounds);
    if (entry === undefined) continue;
    if (listed) entry.anomalies.push(anomaly('orphan', 'no directory lists it', start));
    entries.push(entry);
    after = entry.data.end;
  }
  return { ends: at(END_SIGNATURE), entries };
}

function hiddenEntry(source: Source, start: number, bounds: readonly number[]): ZipEntry | undefined {
  try {
    const local = readLocal(source, start);
    if (local.name === '' || methodName(local.method).startsWith('method')) return undefined;
    const deferred = (local.flags & FLAG_DESCRIPTOR) !== 0 && local.compressedSize === 0;
    const end = deferred ? (bounds.find((bound) => bound >= local.end) ?? local.end) : local.end + local.compressedSize;
    // A file cut short in the middle of an entry still shows its beginning.
    return localEntry(local, Math.min(end, source.size), []);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
