import type { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { Span } from '../../bytes/span.ts';
import type { AnomalyCode, ArchiveAnomaly, ArchiveEntry } from '../archive.ts';
import type { Directory } from './directory.ts';
import { methodName } from './methods.ts';
import {
  type CentralRecord,
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  type HeaderRecord,
  LOCAL_SIGNATURE,
  readLocal,
  signatureAt,
} from './records.ts';

/** One entry of a zip file, as one of its headers describes it. */
export interface ZipEntry extends ArchiveEntry {
  /** Which header the name, method and sizes are taken from. */
  readonly view: 'central' | 'local';
  readonly methodId: number;
  readonly crc: number;
  /** The local header, or the central one when there is no local one. */
  readonly header: Span;
  readonly local: HeaderRecord | undefined;
  /** True when only the attributes call it a folder. */
  readonly isDosDirectory?: true;
  /** Content of a symbolic link, once it was read. */
  linkTarget?: string;
  /** Further contradictions, found when the content is read. */
  readonly anomalies: ArchiveAnomaly[];
}

/** Everything a zip file holds, by every way of reading it. */
export interface ZipListing {
  readonly source: Source;
  /** In the order of offsets. The same name may occur several times: never look entries up by name alone. */
  readonly entries: readonly ZipEntry[];
  readonly directories: readonly Directory[];
  readonly anomalies: ArchiveAnomaly[];
  /** Damage and limits met while listing; what could be listed is. */
  readonly problems: (FormatError | LimitError)[];
  /** Bytes of structures other than entries: directories, end records. */
  readonly structures: readonly Span[];
}

const UNIX_TYPE = 0o170000;
const kinds: Readonly<Record<number, ArchiveEntry['kind']>> = {
  0o010000: 'special',
  0o020000: 'special',
  0o040000: 'directory',
  0o060000: 'special',
  0o120000: 'symlink',
  0o140000: 'special',
};

/** The entry as the central directory sees it, with what the local header contradicts. */
export function centralEntry(source: Source, record: CentralRecord, { shift }: Directory): ZipEntry {
  const start = record.localOffset + shift;
  const local = signatureAt(source, start) === LOCAL_SIGNATURE ? readLocal(source, start) : undefined;
  const dataStart = local?.end ?? record.start;
  const data =
    local === undefined
      ? { start: dataStart, end: dataStart }
      : { start: dataStart, end: dataStart + record.compressedSize };
  return {
    ...describe(record),
    index: 0,
    view: 'central',
    kind: kindOf(record.name, record.mode),
    ...(record.isDosDirectory && !record.name.endsWith('/') ? { isDosDirectory: true } : {}),
    header: { start: local?.start ?? record.start, end: dataStart },
    data,
    local,
    anomalies:
      local === undefined
        ? [anomaly('no-local-header', `none at offset ${start}`, record.start)].concat(folderContent(record))
        : compare(record, local).concat(folderContent(record)),
  };
}

/**
 * Readers that go by the attributes see a folder, which has no content: torch (by miniz) then gives memory that nobody
 * filled, extractors make a folder. Python and whatever goes by the name read a file.
 */
function folderContent(record: CentralRecord): ArchiveAnomaly[] {
  const isCalled = record.isDosDirectory || kindOf(record.name, record.mode) === 'directory';
  if (!isCalled || record.name.endsWith('/') || (record.size === 0 && record.compressedSize === 0)) return [];
  return [anomaly('folder-content', `its attributes call it a folder, and it has ${record.size} bytes`, record.start)];
}

/** The entry as its local header alone describes it. */
export function localEntry(local: HeaderRecord, dataEnd: number, anomalies: ArchiveAnomaly[]): ZipEntry {
  return {
    ...describe(local),
    index: 0,
    view: 'local',
    kind: kindOf(local.name, 0),
    header: { start: local.start, end: local.end },
    data: { start: local.end, end: dataEnd },
    local,
    anomalies,
  };
}

/**
 * What a reader that trusts the local header would see, when that differs from what the directory says; undefined
 * when both are the same view of the same bytes.
 */
export function localView(entry: ZipEntry): ZipEntry | undefined {
  const { local } = entry;
  if (local === undefined) return undefined;
  const deferred = (local.flags & FLAG_DESCRIPTOR) !== 0;
  const compressedSize = deferred ? entry.data.end - entry.data.start : local.compressedSize;
  const same =
    local.method === entry.methodId &&
    compressedSize === entry.data.end - entry.data.start &&
    extensionOf(local.name) === extensionOf(entry.name);
  if (same) return undefined;
  const view = localEntry(local, local.end + compressedSize, []);
  return { ...view, alternate: true, size: deferred ? entry.size : local.size };
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}

function describe(record: HeaderRecord): Pick<ZipEntry, 'name' | 'method' | 'methodId' | 'encrypted' | 'size' | 'crc'> {
  return {
    name: record.name,
    method: methodName(record.method),
    methodId: record.method,
    encrypted: (record.flags & FLAG_ENCRYPTED) !== 0,
    size: record.size,
    crc: record.crc,
  };
}

/** Some writers leave nonsense in the mode; the slash at the end of a folder's name is what readers go by. */
function kindOf(name: string, mode: number): ArchiveEntry['kind'] {
  if (name.endsWith('/')) return 'directory';
  return kinds[mode & UNIX_TYPE] ?? 'file';
}

function compare(central: CentralRecord, local: HeaderRecord): ArchiveAnomaly[] {
  if (agree(central, local)) return [];
  const notes = [...compareNames(central, local), ...compareNumbers(central, local)];
  if (central.method !== local.method) notes.push(['method-mismatch', `local header says ${methodName(local.method)}`]);
  if (((central.flags ^ local.flags) & FLAG_ENCRYPTED) !== 0) {
    const where = (central.flags & FLAG_ENCRYPTED) === 0 ? 'local header' : 'directory';
    notes.push(['flag-mismatch', `only the ${where} says encrypted`]);
  }
  return notes.map(([code, detail]) => anomaly(code, detail, local.start));
}

/** True for the two headers of every ordinary entry, so that 10^5 of them cost no lists. */
function agree(central: CentralRecord, local: HeaderRecord): boolean {
  const deferred = (local.flags & FLAG_DESCRIPTOR) !== 0;
  const same = (field: 'compressedSize' | 'size' | 'crc'): boolean =>
    local[field] === central[field] || (deferred && local[field] === 0);
  return (
    central.name === local.name &&
    (central.unicodeName ?? central.name) === central.name &&
    (local.unicodeName ?? central.name) === central.name &&
    central.method === local.method &&
    ((central.flags ^ local.flags) & FLAG_ENCRYPTED) === 0 &&
    same('compressedSize') &&
    same('size') &&
    same('crc')
  );
}

type Note = readonly [code: AnomalyCode, detail: string];

function compareNames(central: CentralRecord, local: HeaderRecord): Note[] {
  const others = [local.name, central.unicodeName ?? central.name, local.unicodeName ?? central.name];
  return others
    .filter((other) => other !== central.name)
    .map((other) => ['name-mismatch', `another header or field says ${JSON.stringify(other)}`]);
}

/** With a data descriptor the local numbers are zero; APPNOTE §4.4.4 bit 3. */
function compareNumbers(central: CentralRecord, local: HeaderRecord): Note[] {
  const deferred = (local.flags & FLAG_DESCRIPTOR) !== 0;
  return (['compressedSize', 'size', 'crc'] as const)
    .filter((field) => local[field] !== central[field] && !(deferred && local[field] === 0))
    .map((field) => [
      field === 'crc' ? 'crc-field-mismatch' : 'size-mismatch',
      `local header says ${field} ${local[field]}, directory ${central[field]}`,
    ]);
}

export function anomaly(code: AnomalyCode, detail: string, offset: number): ArchiveAnomaly {
  return { code, detail, offset };
}
