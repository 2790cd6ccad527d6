import { crc32 } from '../../bytes/codecs/checksums.ts';
import { FormatError, LimitError } from '../../bytes/errors.ts';
import { PagedSource } from '../../bytes/paged-source.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import { findEnds } from '../../formats/zip/directory.ts';
import { openEntry } from '../../formats/zip/open-entry.ts';
import { readZip } from '../../formats/zip/read-zip.ts';
import type { ZipEntry, ZipListing } from '../../formats/zip/entry.ts';
import { rootsOf } from '../../formats/torch-zip/records.ts';
import { TensorError } from '../errors.ts';
import type { ReadContext } from '../reader.ts';
import type { TensorOrigin } from '../tensor.ts';
import type { StoredBytes } from './place.ts';

const CHUNK_BYTES = 1024 * 1024;
const MAX_SHORT_RECORD_BYTES = 64;

/** A torch archive that every loader reads alike: torch, Python's zipfile, and whatever looks names up by case. */
export class TorchArchive {
  /** The folder of all members, as it is written. */
  readonly root: string;
  /** False when torch was told to store none: then all are zero. */
  readonly hasChecksums: boolean;
  readonly #folded: string;
  readonly #context: ReadContext;
  readonly #listing: ZipListing;
  /** By name without regard to case, as torch looks them up (caffe2/serialize/inline_container.cc). */
  readonly #entries = new Map<string, ZipEntry>();

  /** @throws TensorError `ambiguous`, FormatError, LimitError. */
  constructor(context: ReadContext) {
    this.#context = context;
    this.#listing = readZip(context.source, context.limits);
    const [problem] = this.#listing.problems;
    if (problem !== undefined) throw problem;
    const odd = this.#listing.anomalies[0]?.detail ?? rootsOf(this.#listing)[0]?.detail ?? secondEnd(this.#listing);
    if (odd !== undefined) throw this.#ambiguous(odd);
    for (const entry of this.#listing.entries) this.#add(entry);
    this.hasChecksums = this.#listing.entries.some((entry) => entry.crc !== 0);
    this.root = this.#listing.entries[0]?.name.split('/')[0] ?? '';
    this.#folded = this.root.toLowerCase();
  }

  #add(entry: ZipEntry): void {
    const { data, name } = entry;
    const folded = name.toLowerCase();
    const odd = oddity(entry) ?? (this.#entries.has(folded) ? 'there are two of this name' : undefined);
    if (odd !== undefined) throw this.#ambiguous(`member ${JSON.stringify(name)}: ${odd}`);
    const { size } = this.#context.source;
    if (data.end > size) {
      throw FormatError.of('truncated', { wanted: data.end - data.start, offset: data.start, size });
    }
    this.#entries.set(folded, entry);
  }

  /** The member `<root>/<name>`. */
  find(name: string): ZipEntry | undefined {
    return this.#entries.get(`${this.#folded}/${name}`) ?? this.#entries.get(`${this.#folded}/${name.toLowerCase()}`);
  }

  /** The content of a member that is read here and now, checked against its checksum before. */
  open(entry: ZipEntry): Source {
    const content = openEntry(this.#context.source, entry, this.#context.budget);
    const { source } = content;
    let checksum = 0;
    let length = 0;
    for (let chunk = this.#chunk(source, 0); chunk.length > 0; chunk = this.#chunk(source, length)) {
      checksum = crc32(chunk, checksum);
      length += chunk.length;
    }
    if (content.kind === 'decoded' && content.source.failure !== undefined) throw content.source.failure;
    if (length !== entry.size) throw this.#inconsistent(entry, `it has ${length} bytes, its header says ${entry.size}`);
    if (this.hasChecksums && checksum !== entry.crc) {
      throw this.#inconsistent(entry, `its CRC-32 is ${hex(checksum)}, its header says ${hex(entry.crc)}`);
    }
    return new PagedSource(source);
  }

  #chunk(source: Source, offset: number): Uint8Array {
    this.#context.budget.checkTime();
    const bytes = new Uint8Array(CHUNK_BYTES);
    return bytes.subarray(0, source.read(offset, bytes));
  }

  /** The text of a record of a few letters, such as `byteorder`; undefined when it is not there. */
  shortText(name: string): string | undefined {
    const entry = this.find(name);
    if (entry === undefined) return undefined;
    if (entry.size > MAX_SHORT_RECORD_BYTES) throw this.#inconsistent(entry, `it has ${entry.size} bytes`);
    return new TextDecoder().decode(readBytes(this.open(entry), 0, MAX_SHORT_RECORD_BYTES)).trim();
  }

  /** The text of a member; undefined when it is not there. @throws LimitError when it is too long to be code. */
  text(name: string): string | undefined {
    const entry = this.find(name);
    if (entry === undefined) return undefined;
    const { maxPythonBytes } = this.#context.limits;
    if (entry.size > maxPythonBytes) throw LimitError.of('maxPythonBytes', maxPythonBytes, entry.size);
    return new TextDecoder().decode(readBytes(this.open(entry), 0, entry.size));
  }

  /** The bytes of a record of raw items. @throws TensorError `ambiguous` for a compressed one unless it was asked for. */
  record(name: string): StoredBytes | undefined {
    const entry = this.find(name);
    if (entry === undefined) return undefined;
    const origin = this.originOf(entry);
    if (entry.method === 'stored') {
      const { start, end } = entry.data;
      const length = end - start;
      return { id: name, source: this.#context.source, start, byteLength: length, sharedBytes: length, origin };
    }
    if (this.#context.options.allowCompressed !== true) {
      throw this.#ambiguous(
        `member ${JSON.stringify(entry.name)} is compressed (${entry.method}), and torch takes the compressed bytes when it maps the file`,
      );
    }
    const { source } = openEntry(this.#context.source, entry, this.#context.budget);
    return { id: name, source, start: 0, byteLength: entry.size, sharedBytes: entry.size, origin };
  }

  originOf(entry: ZipEntry): TensorOrigin {
    return {
      member: entry.name,
      span: entry.method === 'stored' ? entry.data : undefined,
      ...(this.hasChecksums ? { crc32: entry.crc } : {}),
    };
  }

  #ambiguous(detail: string): TensorError {
    return TensorError.of('ambiguous', { path: this.#context.path, detail });
  }

  #inconsistent(entry: ZipEntry, what: string): TensorError {
    return TensorError.of('inconsistent', {
      path: this.#context.path,
      detail: `member ${JSON.stringify(entry.name)}: ${what}`,
    });
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

/** Readers differ in whether they take the last end record or the first whose comment reaches the end. */
function secondEnd({ source, entries }: ZipListing): string | undefined {
  const ends = findEnds(source).filter((end) => !entries.some(({ data }) => data.start <= end && end < data.end));
  return ends.length > 1 ? `end records at offsets ${ends.toReversed().join(', ')}` : undefined;
}

/** Why readers of a member may come to different bytes, or to none. */
function oddity(entry: ZipEntry): string | undefined {
  const { anomalies, alternate, view, encrypted, kind, method, size, data } = entry;
  const [anomaly] = anomalies;
  if (anomaly !== undefined) return anomaly.detail;
  if (alternate === true || view === 'local') return 'only a local header describes it so';
  if (encrypted) return 'it is encrypted';
  if (kind !== 'file' && kind !== 'directory') return `it is a ${kind}`;
  // Torch 2.13 then reads nothing and gives what its memory held.
  if (entry.isDosDirectory === true) return 'its attributes call it a folder';
  const length = data.end - data.start;
  return method === 'stored' && length !== size ? `${length} bytes are stored, ${size} declared` : undefined;
}
