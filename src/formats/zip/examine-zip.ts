import { crc32 } from '../../bytes/codecs/checksums.ts';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import { BufferSource, readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import { SpanSet } from '../../bytes/span.ts';
import { flavourOf, isTensorRecord } from '../archive-flavour.ts';
import type { Archive } from '../archive.ts';
import type { ParseContext } from '../format.ts';
import { looksLikePayload } from '../sniff.ts';
import { anomaly, type ZipEntry, type ZipListing } from './entry.ts';
import { type EntryContent, openEntry } from './open-entry.ts';
import { accounted, descriptorSpan } from './read-zip.ts';

/**
 * Hands every entry of a listing on for examination, by its place and never by its name, accounts for the bytes of the
 * file, and emits the `archive` facet. A format that refines zip calls it and adds what it knows.
 */
export function examineZip(context: ParseContext, listing: ZipListing): Archive {
  const archive: Archive = {
    kind: 'zip',
    entries: listing.entries,
    anomalies: listing.anomalies,
    flavour: flavourOf(listing.entries.map((entry) => entry.name)),
  };
  context.detail('archive', { kind: archive.kind, flavour: archive.flavour, entries: listing.entries.length });
  for (const problem of listing.problems) context.flaw(problem);
  for (const span of listing.structures) context.cover(span.start, span.end, 'structure');
  try {
    new ZipExamination(context, listing, archive).run();
  } finally {
    context.emit('archive', archive);
  }
  return archive;
}

/** Stretches outside every entry that are examined; further ones are only reported. */
const MAX_GAPS = 16;
/** The longest path of the usual systems. */
const MAX_LINK_BYTES = 4096;

class ZipExamination {
  readonly #context: ParseContext;
  readonly #listing: ZipListing;
  readonly #archive: Archive;
  /** Torch can be told to store no checksums: then all are zero, legitimately. */
  readonly #hasChecksums: boolean;
  #bombs = 0;

  constructor(context: ParseContext, listing: ZipListing, archive: Archive) {
    this.#context = context;
    this.#listing = listing;
    this.#archive = archive;
    this.#hasChecksums = listing.entries.some((entry) => entry.crc !== 0);
  }

  run(): void {
    for (const entry of this.#listing.entries) this.#examine(entry);
    this.#outside();
    for (const directory of this.#listing.directories) {
      const { commentStart, end } = directory.end;
      this.#constant('comment', commentStart, end - commentStart);
      for (const record of directory.records) this.#bytes(`${record.name}#comment`, record.comment, record.start);
    }
  }

  /** What lies outside every structure belongs to nothing; it is looked at in case it hides something. */
  #outside(): void {
    const seen = new SpanSet();
    for (const span of accounted(this.#listing)) seen.add(span.start, span.end);
    const { size } = this.#listing.source;
    for (const gap of seen.gaps(size).slice(0, MAX_GAPS)) {
      // Where nothing at all was understood, looking again would only come to the same.
      if (gap.end - gap.start < size) this.#constant(`bytes@${gap.start}`, gap.start, gap.end - gap.start);
    }
  }

  #examine(entry: ZipEntry): void {
    const { source } = this.#listing;
    const { header, data } = entry;
    this.#context.budget.checkTime();
    this.#context.cover(header.start, header.end, 'structure');
    const descriptor = descriptorSpan(source, entry);
    this.#context.cover(descriptor.start, descriptor.end, 'structure');
    if (data.end > source.size) {
      this.#context.flaw(
        FormatError.of('truncated', { wanted: data.end - data.start, offset: data.start, size: source.size }),
      );
    }
    if (entry.encrypted) return this.#encrypted(entry);
    if (data.end === data.start) return;
    const content = this.#open(entry);
    if (content === undefined) return;
    if (entry.kind === 'symlink') entry.linkTarget = linkTargetOf(content.source);
    if (content.kind === 'stored') this.#stored(entry, content.source);
    else this.#decoded(entry, content);
  }

  /** Stored bytes: tensor records are only sniffed, small members are also checked against their checksum. */
  #stored(entry: ZipEntry, content: Source): void {
    const { data, name, header } = entry;
    if (isTensorRecord(this.#archive.flavour, name)) {
      this.#context.cover(data.start, data.end, 'payload');
      if (looksLikePayload(content)) this.#member(entry, content, 'constant');
      return;
    }
    this.#context.cover(data.start, data.end, 'member');
    this.#member(entry, content, 'entry');
    const length = data.end - data.start;
    if (length !== entry.size) entry.anomalies.push(anomaly('size-mismatch', `${length} bytes stored`, header.start));
    if (length <= this.#context.limits.maxStoredChecksumBytes)
      this.#checkCrc(entry, crc32(readBytes(content, 0, length)));
  }

  #decoded(entry: ZipEntry, content: EntryContent & { kind: 'decoded' }): void {
    const { source, crc } = content;
    const { data, header } = entry;
    if (this.#bombs >= this.#context.limits.maxBombs) {
      return this.#context.flaw(LimitError.of('maxBombs', this.#context.limits.maxBombs, entry.name));
    }
    // Writers compress empty files and folders to a few bytes; there is nothing to examine unless the size lies.
    if (entry.size > 0 || source.finish() > 0)
      this.#member(entry, source, isTensorRecord(this.#archive.flavour, entry.name) ? 'constant' : 'entry');
    if (!source.ended && entry.size <= this.#context.limits.maxVerifiedBytes) source.finish();
    if (source.failure !== undefined) this.#failed(source.failure);
    if (!source.ended || source.failure !== undefined) return this.#context.cover(data.start, data.end, 'member');
    const size = source.finish();
    const stop = data.start + source.consumedBytes;
    this.#context.cover(data.start, stop, 'member');
    if (size !== entry.size) entry.anomalies.push(anomaly('size-mismatch', `${size} bytes decoded`, header.start));
    if (stop < data.end) {
      entry.anomalies.push(anomaly('short-stream', `${data.end - stop} bytes after the ${entry.method} stream`, stop));
      this.#constant(`${entry.name}#rest`, stop, data.end - stop);
    }
    this.#checkCrc(entry, crc());
  }

  #failed(failure: FormatError | LimitError): void {
    this.#context.flaw(failure);
    if (failure instanceof LimitError) this.#bombs += 1;
  }

  /** A flag is only a claim: what decodes in spite of it is examined like anything else. */
  #encrypted(entry: ZipEntry): void {
    const { data, header, name } = entry;
    this.#context.flaw(FormatError.of('encrypted', { what: `member ${name}`, offset: header.start }));
    this.#context.cover(data.start, data.end, 'member');
    if (data.end === data.start || entry.method === 'AES') return;
    const content = this.#open(entry);
    if (content !== undefined && decodes(content.source)) this.#member(entry, content.source, 'constant');
  }

  #open(entry: ZipEntry): EntryContent | undefined {
    try {
      return openEntry(this.#listing.source, entry, this.#context.budget);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#context.flaw(error);
      this.#context.cover(entry.data.start, entry.data.end, 'member');
      return undefined;
    }
  }

  #checkCrc(entry: ZipEntry, computed: number): void {
    if (!this.#hasChecksums || computed === entry.crc || (entry.view === 'local' && entry.crc === 0)) return;
    const detail = `${entry.crc.toString(16)} stored, ${computed.toString(16)} computed`;
    entry.anomalies.push(anomaly('crc-mismatch', detail, entry.header.start));
  }

  #member(entry: ZipEntry, source: Source, role: 'entry' | 'constant'): void {
    this.#context.member({ name: entry.name, source, role, offset: entry.data.start });
  }

  #constant(name: string, offset: number, length: number): void {
    if (length <= 0) return;
    const source = new SliceSource(this.#listing.source, offset, length);
    this.#context.member({ name, source, role: 'constant', offset });
  }

  #bytes(name: string, bytes: Uint8Array, offset: number): void {
    if (bytes.length > 0) this.#context.member({ name, source: new BufferSource(bytes), role: 'constant', offset });
  }
}

function linkTargetOf(source: Source): string {
  return decodes(source) ? new TextDecoder().decode(readBytes(source, 0, MAX_LINK_BYTES)) : '';
}

function decodes(source: Source): boolean {
  try {
    return readBytes(source, 0, 64).length > 0;
  } catch (error) {
    if (error instanceof FormatError || error instanceof LimitError) return false;
    throw error;
  }
}
