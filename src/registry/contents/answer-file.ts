import { type ByteRange, rangeOf } from './range.ts';

/** What a request says of which part it wants, and what it has already (RFC 9110 sections 13 and 14). */
interface FileWants {
  readonly isHead: boolean;
  readonly range?: string | undefined;
  readonly ifRange?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

interface KnownFile {
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
}

export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes to send; null: none. */
  readonly part: ByteRange | null;
}

/** How a file that never changes is answered; its digest is its tag. */
export function answerFile({ path, digest, bytes }: KnownFile, wants: FileWants): FileAnswer {
  const etag = `"${digest}"`;
  // What was recalled must not be had from a cache: it asks each time.
  const known = { etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' };
  if (hasAlready(wants.ifNoneMatch, etag)) return { status: 304, headers: known, part: null };
  const range = wants.isHead || isOutdated(wants.ifRange, etag) ? undefined : rangeOf(wants.range, bytes);
  if (range === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...known, 'content-range': `bytes */${bytes}`, 'content-length': '0' },
      part: null,
    };
  }
  const part = range ?? { start: 0, end: bytes };
  const headers = {
    ...known,
    'content-disposition': attachment(path),
    'content-length': String(part.end - part.start),
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end - 1}/${bytes}` }),
  };
  return { status: range === undefined ? 200 : 206, headers, part: wants.isHead ? null : part };
}

function hasAlready(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** A part is only of use to whoever has the rest of the same content; a date says less than the tag, and counts as another. */
function isOutdated(ifRange: string | undefined, etag: string): boolean {
  return ifRange !== undefined && ifRange.trim() !== etag;
}

/** RFC 6266: browsers save it instead of showing it, under a name that is none of a folder. */
export function attachment(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const plain = name.replaceAll(/[^\w. ()+-]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
