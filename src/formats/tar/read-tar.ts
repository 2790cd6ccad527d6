import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { ArchiveAnomaly, ArchiveEntry } from '../archive.ts';
import { BLOCK_BYTES, hasValidChecksum, readHeader, type TarHeader } from './header.ts';
import { type Overrides, readPax } from './pax.ts';

/** Long names and pax headers: real ones are a few kilobytes. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

export interface TarEntry extends ArchiveEntry {
  readonly header: Span;
  /** End of the padding behind the data. */
  readonly end: number;
  readonly anomalies: ArchiveAnomaly[];
}

export interface TarListing {
  readonly entries: readonly TarEntry[];
  readonly anomalies: readonly ArchiveAnomaly[];
  readonly problems: readonly (FormatError | LimitError)[];
  /** End-of-archive blocks and other padding. */
  readonly padding: readonly Span[];
  /** Where the last thing understood ends. */
  readonly stop: number;
}

const kinds: Readonly<Record<string, ArchiveEntry['kind']>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  D: 'directory',
};

/**
 * Lists a tar file to its very end: readers differ in whether they stop at the end-of-archive marker (GNU tar does,
 * `--ignore-zeros` and streaming extractors do not), so what follows it is listed too and marked.
 */
export function readTar(source: Source, budget: Budget): TarListing {
  return new TarReader(source, budget).read();
}

class TarReader {
  readonly #source: Source;
  readonly #budget: Budget;
  readonly #entries: TarEntry[] = [];
  readonly #anomalies: ArchiveAnomaly[] = [];
  readonly #problems: (FormatError | LimitError)[] = [];
  readonly #padding: Span[] = [];
  #global: Overrides = {};
  #next: Overrides = {};
  /** Where the first extension header of the next entry stands. */
  #extensionStart: number | undefined;
  #endSeen = false;
  #at = 0;

  constructor(source: Source, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  read(): TarListing {
    try {
      while (this.#block());
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof LimitError)) throw error;
      this.#problems.push(error);
    }
    return {
      entries: this.#entries,
      anomalies: this.#anomalies,
      problems: this.#problems,
      padding: this.#padding,
      stop: this.#at,
    };
  }

  #block(): boolean {
    const start = this.#at;
    const block = readBytes(this.#source, start, BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) return false;
    if (block.every((byte) => byte === 0)) {
      this.#budget.checkTime();
      const end = start + BLOCK_BYTES;
      const last = this.#padding.at(-1);
      if (last?.end === start) this.#padding[this.#padding.length - 1] = { start: last.start, end };
      else this.#padding.push({ start, end });
      this.#endSeen = true;
      this.#at = end;
      return true;
    }
    if (!hasValidChecksum(block)) {
      this.#stray(start);
      return false;
    }
    this.#member(readHeader(block, start), start);
    return true;
  }

  #stray(start: number): void {
    if (this.#endSeen) {
      this.#anomalies.push({ code: 'tail', detail: 'bytes after the end-of-archive marker', offset: start });
    } else {
      const expected = 'a tar header with a valid checksum';
      this.#problems.push(FormatError.of('malformed', { expected, found: 'other bytes', offset: start }));
    }
  }

  #member(header: TarHeader, start: number): void {
    if (this.#entries.length >= this.#budget.limits.maxMembers) {
      throw LimitError.of('maxMembers', this.#budget.limits.maxMembers, 'more');
    }
    const dataStart = start + BLOCK_BYTES;
    this.#at = dataStart;
    this.#extensionStart ??= start;
    if (this.#extension(header, dataStart)) return;
    const overrides = { ...this.#global, ...this.#next };
    const size = holdsData(header.type) ? (overrides.size ?? header.size) : 0;
    this.#entries.push(this.#entry(header, overrides, { start: dataStart, end: dataStart + size }));
    this.#at = dataStart + padded(size);
    this.#extensionStart = undefined;
    this.#next = {};
    this.#checkEnd(dataStart, size);
  }

  /** GNU long names (L, K) and pax headers (x, g) describe the entry that follows. */
  #extension({ type, size }: TarHeader, dataStart: number): boolean {
    if (!['L', 'K', 'x', 'g', 'X'].includes(type)) return false;
    if (size > MAX_EXTENSION_BYTES) throw LimitError.of('maxExtensionBytes', MAX_EXTENSION_BYTES, size);
    const bytes = readBytes(this.#source, dataStart, size);
    if (type === 'L') this.#next = { ...this.#next, name: untilZero(bytes) };
    else if (type === 'K') this.#next = { ...this.#next, linkTarget: untilZero(bytes) };
    else if (type === 'g') this.#global = { ...this.#global, ...readPax(bytes, dataStart) };
    else this.#next = { ...this.#next, ...readPax(bytes, dataStart) };
    this.#at = dataStart + padded(size);
    this.#checkEnd(dataStart, size);
    return true;
  }

  #entry(header: TarHeader, overrides: Overrides, data: Span): TarEntry {
    const name = overrides.name ?? header.name;
    const kind = kindOf(header, name);
    const linked = kind === 'symlink' || kind === 'hardlink';
    return {
      index: this.#entries.length,
      name,
      kind,
      ...(linked ? { linkTarget: overrides.linkTarget ?? header.linkTarget } : {}),
      method: 'stored',
      encrypted: false,
      size: data.end - data.start,
      data,
      header: { start: this.#extensionStart ?? data.start - BLOCK_BYTES, end: data.start },
      end: data.start + padded(data.end - data.start),
      anomalies: this.#anomaliesOf(header, overrides).map((anomaly) => ({ ...anomaly, offset: data.start })),
    };
  }

  #anomaliesOf(header: TarHeader, { size, sparse }: Overrides): Omit<ArchiveAnomaly, 'offset'>[] {
    const found: Omit<ArchiveAnomaly, 'offset'>[] = [];
    if (this.#endSeen) found.push({ code: 'after-end', detail: 'after an end-of-archive marker' });
    if (header.type === 'S' || sparse === true) found.push({ code: 'sparse', detail: 'stored without its holes' });
    // Sizes of 8 GiB and more do not fit into the eleven octal digits; writers leave zero there.
    if (size !== undefined && size !== header.size && size < 8 ** 11) {
      found.push({ code: 'size-mismatch', detail: `${header.size} bytes in the header, ${size} in its extension` });
    }
    return found;
  }

  /** Reading the last byte is what finds out whether the source is long enough, without asking its size. */
  #checkEnd(start: number, size: number): void {
    if (size === 0 || readBytes(this.#source, start + size - 1, 1).length === 1) return;
    throw FormatError.of('truncated', { wanted: size, offset: start, size: this.#source.size });
  }
}

function kindOf({ type, ustar }: TarHeader, name: string): ArchiveEntry['kind'] {
  const kind = kinds[type] ?? (/[3-6]/.test(type) ? 'special' : 'file');
  // The oldest format marks a folder by the slash alone.
  return kind === 'file' && name.endsWith('/') && !ustar ? 'directory' : kind;
}

/** Links and directories have no data even when the size field is set, which old writers did. */
function holdsData(type: string): boolean {
  return !['1', '2', '3', '4', '5', '6'].includes(type);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

function untilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
