import { type ByteRange, rangeOf } from '../contents/range.ts';
import { HubError } from './errors.ts';
import type { ReleasedFile } from './file-entries.ts';
import type { ReleasedRow } from './find-revision.ts';
import { hexOf } from './git-ids.ts';

/** What a request says of which part it wants, and what it has already (RFC 9110 sections 13 and 14). */
interface FileWants {
  readonly isHead: boolean;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

interface FileAnswer {
  readonly status: 200 | 206 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** Which bytes are sent; null: none. */
  readonly part: ByteRange | null;
}

type Wanted = Pick<ReleasedFile, 'path' | 'bytes' | 'digest'>;

/** How a file is answered: what clients cache it by, and which bytes of it. @throws HubError `hub-range` */
export function fileAnswer(file: Wanted, version: Pick<ReleasedRow, 'revision'>, wants: FileWants): FileAnswer {
  const etag = `"${hexOf(file.digest)}"`;
  const headers = {
    etag,
    'accept-ranges': 'bytes',
    'x-repo-commit': version.revision,
    'x-linked-etag': etag,
    'x-linked-size': String(file.bytes),
  };
  if (matches(wants.ifNoneMatch, etag)) return { status: 304, headers, part: null };
  const content = {
    ...headers,
    'content-type': 'application/octet-stream',
    'content-disposition': dispositionOf(file.path),
  };
  const range = wantedRange(file, wants, { etag, headers });
  const length = range === undefined ? file.bytes : range.end - range.start;
  const part = wants.isHead ? null : (range ?? { start: 0, end: file.bytes });
  return {
    status: range === undefined ? 200 : 206,
    headers: { ...content, 'content-length': String(length), ...contentRange(file, range, wants) },
    part,
  };
}

function wantedRange(
  { bytes }: Wanted,
  { isHead, range, ifRange }: FileWants,
  { etag, headers }: { readonly etag: string; readonly headers: Readonly<Record<string, string>> },
): ByteRange | undefined {
  // Clients learn the size from a range of the first byte: of nothing they get the whole, which is nothing.
  if (isHead || bytes === 0 || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const wanted = rangeOf(range, bytes);
  if (wanted !== 'unsatisfiable') return wanted;
  throw HubError.of('hub-range', `it has ${bytes} bytes`, {
    headers: { ...headers, 'content-range': `bytes */${bytes}` },
  });
}

function contentRange({ bytes }: Wanted, range: ByteRange | undefined, { isHead, range: asked }: FileWants) {
  if (range !== undefined) return { 'content-range': `bytes ${range.start}-${range.end - 1}/${bytes}` };
  return bytes === 0 && asked !== undefined && !isHead ? { 'content-range': 'bytes */0' } : {};
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** RFC 6266; browsers save it instead of showing it. */
function dispositionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const plain = name.replaceAll(/[^\w. ()+-]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
