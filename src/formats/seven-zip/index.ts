import { FormatError } from '../../bytes/errors.ts';
import { readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import type { StreamSource } from '../../bytes/stream-source.ts';
import { flavourOf } from '../archive-flavour.ts';
import type { ArchiveEntry } from '../archive.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import type { FileInfo } from './files-info.ts';
import { isEncrypted, methodsOf, openFolder } from './folder-source.ts';
import { packedSources, packedSpans, readSevenZip, SIGNATURE, type SevenZip } from './read-seven-zip.ts';
import type { Folder } from './streams-info.ts';

/** Where the content of a file is: `size` bytes at `offset` of what a folder unpacks to. */
interface Place {
  readonly folder: number;
  readonly offset: number;
  readonly size: number;
}

const UNIX_TYPE = 0o170000;
const UNIX_LINK = 0o120000;
/** The longest path of the usual systems. */
const MAX_LINK_BYTES = 4096;

export const sevenZip = defineFormat({
  id: 'seven-zip',
  title: '7z archive',
  extensions: ['.7z'],
  detect: (probe) => (probe.startsWith(SIGNATURE) ? 'certain' : null),
  parse(context) {
    const archive = readSevenZip(context.source, context.budget);
    for (const span of archive.structures) context.cover(span.start, span.end, 'structure');
    for (const span of packedSpans(archive.streams)) context.cover(span.start, span.end, 'member');
    const places = placesOf(archive);
    const entries = archive.files.map((file, index) => describe(archive, { file, index, place: places[index] }));
    const flavour = flavourOf(entries.map((entry) => entry.name));
    context.detail('archive', { kind: '7z', flavour, entries: entries.length });
    try {
      const files = filesByFolder(entries, places);
      const packed = packedSources(context.source, archive.streams);
      for (const [index, folder] of archive.streams.folders.entries()) {
        examineFolder(context, { folder, packed: packed[index] ?? [], files: files[index] ?? [] });
      }
    } finally {
      context.emit('archive', { kind: '7z', entries, anomalies: [], flavour });
    }
  },
});

/** Files with content take the streams of the folders in order. */
function placesOf({ streams, files }: SevenZip): (Place | undefined)[] {
  const all = streams.folders.flatMap((folder, index) => {
    let offset = 0;
    return folder.fileSizes.map((size) => {
      offset += size;
      return { folder: index, offset: offset - size, size };
    });
  });
  let next = 0;
  return files.map((file) => (file.hasStream ? all[next++] : undefined));
}

/** The target of a symbolic link is its content, known once that was read. */
type Entry = ArchiveEntry & { linkTarget?: string };

interface Described {
  readonly file: FileInfo;
  readonly index: number;
  readonly place: Place | undefined;
}

function describe({ streams }: SevenZip, { file, index, place }: Described): Entry {
  const folder = place === undefined ? undefined : streams.folders[place.folder];
  return {
    index,
    name: file.name,
    kind: kindOf(file),
    method: folder === undefined ? 'stored' : methodsOf(folder),
    encrypted: folder !== undefined && isEncrypted(folder),
    size: place?.size ?? 0,
    // The packed bytes of a folder are shared by its files: there is no span of the file that is this entry alone.
    data: { start: 0, end: 0 },
    anomalies: [],
  };
}

function kindOf(file: FileInfo): ArchiveEntry['kind'] {
  if ((file.mode & UNIX_TYPE) === UNIX_LINK) return 'symlink';
  return file.hasStream || file.emptyFile ? 'file' : 'directory';
}

interface FolderFiles {
  readonly folder: Folder;
  readonly packed: readonly Source[];
  /** The files in it, in the order of their bytes. */
  readonly files: readonly { readonly entry: Entry; readonly place: Place }[];
}

function filesByFolder(entries: readonly Entry[], places: readonly (Place | undefined)[]): FolderFiles['files'][] {
  const byFolder: { entry: Entry; place: Place }[][] = [];
  for (const [index, place] of places.entries()) {
    if (place !== undefined) (byFolder[place.folder] ??= []).push({ entry: entries[index] as Entry, place });
  }
  return byFolder;
}

/** Unpacks a folder once, front to back, and examines the files in it on the way. */
function examineFolder(context: ParseContext, { folder, packed, files }: FolderFiles): void {
  const stream = open(context, folder, packed);
  if (stream === undefined) return;
  for (const { entry, place } of files) {
    if (place.size === 0) continue;
    const source = new SliceSource(stream, place.offset, place.size);
    context.member({ name: entry.name, source, role: 'entry', offset: 0 });
    if (entry.kind === 'symlink') entry.linkTarget = new TextDecoder().decode(readBytes(source, 0, MAX_LINK_BYTES));
  }
  if (files.length < folder.fileSizes.length) {
    const found = `${files.length}`;
    context.flaw(FormatError.of('malformed', { expected: `${folder.fileSizes.length} files`, found, offset: 0 }));
  }
  stream.finish();
  if (stream.failure !== undefined) context.flaw(stream.failure);
}

function open(context: ParseContext, folder: Folder, packed: readonly Source[]): StreamSource | undefined {
  try {
    return openFolder(folder, packed, context.budget);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    context.flaw(error);
    return undefined;
  }
}
