import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import { defineFormat, type ParseContext, type Probe } from '../format.ts';
import { natureOf } from './nature.ts';
import { encodingOf } from './read-text.ts';

const PIECE_BYTES = 1024 * 1024;
/** What one piece repeats of the one before it, so that nothing is split where two meet. */
const OVERLAP_BYTES = 4096;
/** Control characters other than tab, line feed, form feed, carriage return and escape (terminal logs). */
const MAX_CONTROL_SHARE = 0.02;
/** Accented letters of old Western encodings; text of other scripts has more, but so has what is no text. */
const MAX_HIGH_SHARE = 0.3;
/** Bytes that stand for nothing in Windows-1252. */
const NO_CHARACTER = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
/** Names under which a text of an old encoding is worth believing. */
const OLD_TEXT_NAME = /\.(?:csv|tsv|txt|md|rst|vocab|log|srt|html?|tex|bib|dic|aff)$/;

/** Any readable text nothing else claims. */
export const text = defineFormat({
  id: 'text',
  title: 'Text',
  extensions: ['.txt', '.md', '.csv', '.jsonl', '.vocab'],
  detect: (probe) => (looksLikeText(probe) ? 'likely' : null),
  parse(context) {
    if (encodingOf(headOf(context.source)) !== 'utf-8') return parseUtf16(context);
    const name = context.path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
    let nature: ReturnType<typeof natureOf> | undefined;
    for (const piece of pieces(context)) {
      nature ??= natureOf(name, piece.text);
      context.emit('text', { ...piece, pointer: '', nature });
    }
  },
});

function looksLikeText(probe: Probe): boolean {
  const encoding = encodingOf(probe.head);
  const bytes = probe.head;
  try {
    const decoded = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return isReadable(decoded);
  } catch {
    return OLD_TEXT_NAME.test(probe.name) && oldText(bytes) !== null;
  }
}

/** Text of before UTF-8 (Windows-1252 and its kin): mostly ASCII, no control characters to speak of; else null. */
function oldText(bytes: Uint8Array): string | null {
  const high = bytes.reduce((count, byte) => count + (byte >= 0x80 ? 1 : 0), 0);
  if (high > bytes.length * MAX_HIGH_SHARE || bytes.some((byte) => NO_CHARACTER.has(byte))) return null;
  const decoded = new TextDecoder('windows-1252').decode(bytes);
  return isReadable(decoded) ? decoded : null;
}

function isReadable(decoded: string): boolean {
  let controls = 0;
  for (let i = 0; i < decoded.length; i += 1) {
    const code = decoded.charCodeAt(i);
    if (code === 0) return false;
    if (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13 && code !== 27) controls += 1;
  }
  return controls <= decoded.length * MAX_CONTROL_SHARE;
}

function headOf(source: Source): Uint8Array {
  const head = new Uint8Array(2);
  return head.subarray(0, source.read(0, head));
}

interface Piece {
  readonly text: string;
  readonly offset: number;
}

/** The text in pieces that overlap; what is not UTF-8 or holds NUL ends it, and the rest stays unaccounted for. */
function* pieces(context: ParseContext): Generator<Piece> {
  const { source, limits } = context;
  const buffer = readBytes(source, 0, PIECE_BYTES);
  let filled = buffer;
  let start = 0;
  for (;;) {
    context.budget.checkTime();
    if (start >= limits.maxTextBytes) throw LimitError.of('maxTextBytes', limits.maxTextBytes, 'more');
    const last = filled.length < PIECE_BYTES;
    const text = decodePiece(filled, start, last);
    context.cover(start, start + filled.length, 'structure');
    yield { text, offset: start };
    if (last) return;
    start += PIECE_BYTES - OVERLAP_BYTES;
    start += continuationBytes(buffer, PIECE_BYTES - OVERLAP_BYTES);
    filled = buffer.subarray(0, source.read(start, buffer));
  }
}

/** How many bytes at `at` continue a character begun before. */
function continuationBytes(buffer: Uint8Array, at: number): number {
  let count = 0;
  while (count < 3 && ((buffer[at + count] ?? 0) & 0xc0) === 0x80) count += 1;
  return count;
}

/** UTF-8, or what was there before it. @throws FormatError */
function decodePiece(bytes: Uint8Array, offset: number, last: boolean): string {
  const nul = bytes.indexOf(0);
  if (nul !== -1) throw FormatError.of('malformed', { expected: 'text', found: 'a NUL byte', offset: offset + nul });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: offset > 0 }).decode(bytes, { stream: !last });
  } catch (cause) {
    const decoded = oldText(bytes);
    if (decoded !== null) return decoded;
    throw FormatError.of('malformed', { expected: 'UTF-8 text', found: 'other bytes', offset }, cause);
  }
}

/** UTF-16 is rare and small (Windows tools write it): taken whole. */
function parseUtf16(context: ParseContext): void {
  const { source, limits } = context;
  if (source.size > limits.maxDocumentBytes) {
    throw LimitError.of('maxDocumentBytes', limits.maxDocumentBytes, source.size);
  }
  const bytes = new Uint8Array(source.size);
  const filled = bytes.subarray(0, source.read(0, bytes));
  const decoded = decodeUtf16(filled);
  const name = context.path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
  context.emit('text', { text: decoded, offset: 0, pointer: '', nature: natureOf(name, decoded) });
  context.cover(0, filled.length, 'structure');
}

function decodeUtf16(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch (cause) {
    throw FormatError.of('malformed', { expected: 'UTF-16 text', found: 'other bytes', offset: 0 }, cause);
  }
}
