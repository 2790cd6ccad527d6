import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Limits } from '../../bytes/limits.ts';
import { PagedSource } from '../../bytes/paged-source.ts';
import type { Source } from '../../bytes/source.ts';
import { type Span, SpanSet } from '../../bytes/span.ts';
import { type Directory, findDirectories, findEnds, readDirectory } from './directory.ts';
import { anomaly, centralEntry, localView, type ZipEntry, type ZipListing } from './entry.ts';
import { searchGap } from './hidden-entries.ts';
import { DESCRIPTOR_SIGNATURE, FLAG_DESCRIPTOR } from './records.ts';

/** Two are an attack already; more than this are not worth listing. */
const MAX_DIRECTORIES = 16;

type Mutable = {
  -readonly [Key in keyof ZipListing]: ZipListing[Key] extends readonly (infer Item)[] ? Item[] : ZipListing[Key];
};

/**
 * Lists a zip file the way each of its readers would: by every end record and every reading of its offset, by local
 * headers no directory mentions, and by local headers that contradict the directory.
 * @throws ReadError; damage and limits are in the listing's `problems`.
 */
export function readZip(source: Source, limits: Limits): ZipListing {
  const key = source instanceof PagedSource ? source.base : source;
  const known = listings.get(key);
  if (known !== undefined) return known;
  const listing = list(source, limits);
  listings.set(key, listing);
  return listing;
}

/** Several formats look into a zip file to recognize their own: it is listed once for each source, cached or not. */
const listings = new WeakMap<Source, ZipListing>();

function list(source: Source, limits: Limits): ZipListing {
  const listing: Mutable = { source, entries: [], directories: [], anomalies: [], problems: [], structures: [] };
  const found = new FoundEntries();
  let inside = insideEntries(listing.entries);
  for (const end of findEnds(source)) {
    // An end record inside an entry belongs to a zip file stored in this one.
    if (inside(end)) continue;
    const before = listing.entries.length;
    addDirectories(listing, { found, end, limits });
    if (listing.entries.length > before) inside = insideEntries(listing.entries);
  }
  const searched = searchGaps(listing, found, limits);
  if (listing.directories.length >= MAX_DIRECTORIES) {
    listing.problems.push(LimitError.of('maxDirectories', MAX_DIRECTORIES, 'more'));
  }
  if (listing.directories.length === 0) {
    const expected = 'a central directory';
    listing.problems.push(FormatError.of('malformed', { expected, found: 'none', offset: source.size }));
  }
  addLocalViews(listing);
  const entries = listing.entries
    .sort((a, b) => a.header.start - b.header.start || a.data.end - b.data.end)
    .map((entry, index) => ({ ...entry, index }));
  // Going through 10^5 entries once more is only needed when there are more of them now.
  const seen = searched.parts === partsOf(listing) ? searched.seen : seenIn(listing);
  judgeLayout(listing, entries, seen);
  return { ...listing, entries };
}

/** All byte ranges that the structures and entries of a listing take. */
export function accounted({
  source,
  entries,
  structures,
}: Pick<ZipListing, 'source' | 'entries' | 'structures'>): Span[] {
  return entries.flatMap((entry) => [entry.header, entry.data, descriptorSpan(source, entry)]).concat(structures);
}

/** Filled and looked at before anything else is read. */
const descriptor = new Uint8Array(24);
const descriptorView = new DataView(descriptor.buffer);

/** The data descriptor (APPNOTE §4.3.9) behind an entry; empty when there is none. */
export function descriptorSpan(source: Source, { local, data, size }: ZipEntry): Span {
  const none = { start: data.end, end: data.end };
  if (local === undefined || (local.flags & FLAG_DESCRIPTOR) === 0) return none;
  const length = source.read(data.end, descriptor);
  const signed = length >= 4 && descriptorView.getUint32(0, true) === DESCRIPTOR_SIGNATURE;
  const at = signed ? 8 : 4;
  const compressed = data.end - data.start;
  for (const width of [8, 4]) {
    if (length < at + 2 * width) continue;
    const read = (offset: number): number =>
      descriptorView.getUint32(offset, true) + (width === 8 ? 2 ** 32 * descriptorView.getUint32(offset + 4, true) : 0);
    if (read(at) === compressed && read(at + width) === size)
      return { start: data.end, end: data.end + at + 2 * width };
  }
  return none;
}

/** Tells whether an offset is in the data of an entry. There may be 10^5 entries, and thousands of end records to try. */
function insideEntries(entries: readonly ZipEntry[]): (offset: number) => boolean {
  const set = new SpanSet();
  for (const { data } of entries) set.add(data.start, data.end);
  const spans = set.spans();
  return (offset) => {
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((spans[middle] as Span).end <= offset) low = middle + 1;
      else high = middle;
    }
    return (spans[low]?.start ?? offset + 1) <= offset;
  };
}

interface Addition {
  readonly found: FoundEntries;
  /** Offset of the end record. */
  readonly end: number;
  readonly limits: Limits;
}

/** Reads the directories an end record leads to, each once, and no more records than the limit over all of them. */
function addDirectories(listing: Mutable, { found, end: endStart, limits }: Addition): void {
  for (const candidate of findDirectories(listing.source, endStart)) {
    const { start, end } = candidate;
    listing.structures.push({ start: end.start, end: Math.min(end.end, listing.source.size) });
    if (listing.directories.some((known) => known.start === start)) continue;
    if (listing.directories.length >= MAX_DIRECTORIES) return;
    if (listing.directories.some(({ records }) => records.some((record) => record.start === start))) {
      // It starts in the middle of one that was read: nothing in it is new.
      listing.directories.push({ ...candidate, stop: start, shift: 0, records: [], joined: true, problem: undefined });
      continue;
    }
    const used = listing.directories.reduce((sum, { records }) => sum + records.length, 0);
    const maxRecords = limits.maxMembers - used;
    const known = new Set(listing.directories.map((directory) => directory.start));
    const bounds = { maxRecords, maxTableBytes: limits.maxTableBytes, known };
    const directory = readDirectory(listing.source, candidate, bounds);
    listing.directories.push(directory);
    listing.structures.push({ start, end: directory.stop });
    if (directory.problem !== undefined) listing.problems.push(directory.problem);
    judgeDirectory(listing, directory);
    addEntries(listing, found, directory);
  }
}

function judgeDirectory(listing: Mutable, { end, records, start, joined }: Directory): void {
  if (!joined && end.entryCount !== records.length) {
    const detail = `${end.entryCount} entries declared, ${records.length} in the directory`;
    listing.anomalies.push(anomaly('count-mismatch', detail, start));
  }
  if (end.split) {
    listing.problems.push(FormatError.of('unsupported', { feature: 'a zip file split over disks', offset: end.start }));
  }
}

function addEntries(listing: Mutable, found: FoundEntries, directory: Directory): void {
  const added: ZipEntry[] = [];
  for (const record of directory.records) {
    const entry = attempt(listing, () => centralEntry(listing.source, record, directory));
    // The same entry in two directories is one entry; listed twice in one directory it is two.
    if (entry !== undefined && !found.has(entry)) added.push(entry);
  }
  for (const entry of added) listing.entries.push(entry);
  found.add(added);
}

/** The entries of the directories that were read. Told apart only once there is a second directory. */
class FoundEntries {
  readonly #identities = new Set<string>();
  #unnamed: ZipEntry[] = [];
  #count = 0;

  add(entries: readonly ZipEntry[]): void {
    this.#count += entries.length;
    this.#unnamed = this.#unnamed.concat(entries);
  }

  has(entry: ZipEntry): boolean {
    if (this.#count === 0) return false;
    for (const other of this.#unnamed.splice(0)) this.#identities.add(identityOf(other));
    return this.#identities.has(identityOf(entry));
  }
}

function identityOf({ header, data, methodId, encrypted, name }: ZipEntry): string {
  return `${header.start} ${data.end} ${methodId} ${encrypted} ${name}`;
}

function attempt<Value>(listing: Mutable, work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    listing.problems.push(error);
    return undefined;
  }
}

function seenIn(listing: Mutable): SpanSet {
  const seen = new SpanSet();
  for (const span of accounted(listing)) seen.add(span.start, span.end);
  return seen;
}

/** Grows whenever something is added to a listing. */
function partsOf({ entries, structures }: Mutable): number {
  return entries.length + structures.length;
}

/** Looks for end records and local headers in what is not accounted for; returns what was, and of how many parts. */
function searchGaps(
  listing: Mutable,
  found: FoundEntries,
  limits: Limits,
): { readonly seen: SpanSet; readonly parts: number } {
  const parts = partsOf(listing);
  const seen = seenIn(listing);
  let left = limits.maxGapSearchBytes;
  for (const gap of seen.gaps(listing.source.size)) {
    const { ends, entries } = searchGap(listing.source, gap, left, listing.directories.length > 0);
    left -= Math.min(left, gap.end - gap.start);
    for (const end of ends) addDirectories(listing, { found, end, limits });
    const known = new Set(listing.entries.map((entry) => entry.header.start));
    for (const entry of entries) if (!known.has(entry.header.start)) listing.entries.push(entry);
  }
  return { seen, parts };
}

function addLocalViews(listing: Mutable): void {
  listing.entries = listing.entries.concat(listing.entries.flatMap((entry) => localView(entry) ?? []));
}

/** What is odd about the file as a whole: overlaps, several directories, bytes before and after. */
function judgeLayout(listing: Mutable, entries: readonly ZipEntry[], seen: SpanSet): void {
  judgeOverlaps(listing, entries);
  if (listing.directories.length > 1) {
    const detail = `directories at offsets ${listing.directories.map((directory) => directory.start).join(', ')}`;
    listing.anomalies.push(anomaly('several-directories', detail, listing.directories[1]?.start ?? 0));
  }
  const { size } = listing.source;
  const gaps = seen.gaps(size);
  const first = gaps[0];
  const last = gaps.at(-1);
  if (first?.start === 0) listing.anomalies.push(anomaly('prefix', `${first.end} bytes before the archive`, 0));
  if (last !== undefined && last.end === size && last.start > 0) {
    listing.anomalies.push(anomaly('tail', `${size - last.start} bytes after the archive`, last.start));
  }
}

function judgeOverlaps(listing: Mutable, entries: readonly ZipEntry[]): void {
  let before: ZipEntry | undefined;
  for (const entry of entries) {
    if (entry.local === undefined || entry.alternate === true) continue;
    if (before !== undefined && entry.header.start < before.data.end)
      overlap(listing, before, entry.header, entry.name);
    if (before === undefined || entry.data.end > before.data.end) before = entry;
  }
  for (const directory of listing.directories) {
    if (before !== undefined && before.data.end > directory.start && before.header.start < directory.start) {
      overlap(listing, before, { start: directory.start, end: directory.stop }, 'the central directory');
    }
  }
}

function overlap(listing: Mutable, entry: ZipEntry, span: Span, what: string): void {
  const detail = `${JSON.stringify(entry.name)} and ${JSON.stringify(what)} share bytes`;
  listing.anomalies.push(anomaly('overlap', detail, span.start));
}
