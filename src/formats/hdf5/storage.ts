import { FormatError } from '../../bytes/errors.ts';
import type { Span } from '../../bytes/span.ts';
import { visitChunks } from './chunks.ts';
import type { H5Reader } from './h5-reader.ts';
import { readLayout } from './layout.ts';
import { readLocalHeap } from './links.ts';
import type { Superblock } from './superblock.ts';
import type { Dataspace } from './types.ts';

const MAX_NAME_BYTES = 4096;
const MAX_NAMES = 64;

/** Where the elements of a data set are. */
interface Storage {
  readonly kind: 'compact' | 'contiguous' | 'chunked' | 'virtual';
  /** Bytes it takes in the file; undefined when that cannot be told. */
  readonly storedBytes: number | undefined;
}

/** A data set as far as its storage depends on it. */
interface Stored {
  /** The layout message. */
  readonly body: Span;
  readonly space: Dataspace | undefined;
  readonly elementBytes: number;
}

/** Reads a layout message and accounts for the data it points at (specification, IV.A.2.i). */
export function readStorage(superblock: Superblock, { body, space, elementBytes }: Stored): Storage {
  const { reader } = superblock;
  const layout = readLayout(reader, body);
  const { kind } = layout;
  if (kind === 'compact') return { kind, storedBytes: layout.data.end - layout.data.start };
  if (kind === 'virtual') return { kind, storedBytes: 0 };
  if (kind === 'contiguous') {
    const declared = space === undefined ? 0 : Number(space.elements) * elementBytes;
    return { kind, storedBytes: coverRun(reader, layout.address, layout.bytes ?? declared) };
  }
  if (space === undefined) return { kind, storedBytes: undefined };
  let storedBytes = 0;
  visitChunks(superblock, { layout, space }, ({ address, bytes }) => {
    storedBytes += coverRun(reader, address, bytes);
  });
  return { kind, storedBytes };
}

function coverRun(reader: H5Reader, address: number | undefined, bytes: number): number {
  if (address === undefined || bytes === 0) return 0;
  const start = reader.locate(address);
  const { size } = reader.context.source;
  if (start + bytes > size) throw FormatError.of('truncated', { wanted: bytes, offset: start, size });
  reader.coverBytes(start, bytes, 'payload');
  return bytes;
}

/** Names of the files the message in `body` keeps a data set in (specification, IV.A.2.h). */
export function readExternalFiles(reader: H5Reader, body: Span): string[] {
  reader.seek(body.start + 4);
  reader.skip(2);
  const slots = reader.u16();
  const heap = reader.address();
  const slotsAt = reader.position;
  const names = heap === undefined ? undefined : readLocalHeap(reader, heap);
  const slotBytes = 3 * reader.widths.lengthBytes;
  const files: string[] = [];
  for (let i = 0; i < Math.min(slots, MAX_NAMES) && slotsAt + i * slotBytes < body.end; i += 1) {
    reader.seek(slotsAt + i * slotBytes);
    const at = (names?.start ?? 0) + reader.length();
    const room = Math.max(0, Math.min((names?.end ?? 0) - at, MAX_NAME_BYTES));
    files.push(names === undefined ? 'an unknown file' : reader.textAt(at, room));
  }
  return files;
}
