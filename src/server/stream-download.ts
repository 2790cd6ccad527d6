import { addAbortSignal, Readable } from 'node:stream';
import type { OpenedDownload } from '../registry/contents/open-download.ts';
import type { ByteRange } from '../registry/contents/range.ts';
import { whileHolds } from './routes/while-holds.ts';

/** A part of a download, while the credential of its caller holds. A recall cuts it off, also while nobody takes what is ready. */
export function streamDownload(opened: OpenedDownload, part: ByteRange, stillHolds: () => Promise<boolean>): Readable {
  const pieces = whileHolds(opened.read(part), stillHolds);
  return addAbortSignal(opened.signal, Readable.from(pieces, { objectMode: false }));
}
