import { FormatError, LimitError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import { decodeText, isUtf16 } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import { detectJson } from './detect-json.ts';
import { emitNotebook, isNotebook } from './notebook.ts';
import { type JsonOptions, parseJsonValues, skipWhiteSpace } from './parse-json.ts';
import type { DocumentNode } from '../document.ts';

/** Lines are read in windows of this size, which grows only for a longer line. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/** JSON, JSON Lines, and notebooks, which are JSON. */
export const json = defineFormat({
  id: 'json',
  title: 'JSON document',
  extensions: ['.json', '.jsonl', '.ndjson', '.ipynb'],
  detect: detectJson,
  parse(context) {
    const { source, limits } = context;
    if (isUtf16(readBytes(source, 0, 2))) return parseUtf16(context);
    const whole = source.size <= limits.maxDocumentBytes;
    let at = 0;
    const firstWindow = whole ? source.size : Math.min(WINDOW_BYTES, limits.maxDocumentBytes);
    let windowBytes = firstWindow;
    for (let index = 0; at < source.size; ) {
      context.budget.checkTime();
      const bytes = readBytes(source, at, Math.min(windowBytes, source.size - at));
      const { read, values } = readValues(context, bytes, {
        offset: at,
        index,
        isLast: at + bytes.length >= source.size,
      });
      context.cover(at, at + read, 'structure');
      at += read;
      index += values;
      windowBytes = read > 0 ? firstWindow : widen(windowBytes, context);
    }
  },
});

/** UTF-16 is read as a whole and told apart by no offsets: no library writes it. */
function parseUtf16(context: ParseContext): void {
  const { source, limits } = context;
  const { text } = decodeText(source, { name: 'maxDocumentBytes', bytes: limits.maxDocumentBytes });
  const carrier = { start: 0, end: source.size };
  for (const { root } of parseJsonValues(new TextEncoder().encode(text), { limits, lenient: true })) {
    emitDocument(context, { root, syntax: 'json', carrier });
  }
  context.cover(0, source.size, 'structure');
}

function widen(windowBytes: number, { limits, source }: ParseContext): number {
  if (windowBytes >= limits.maxDocumentBytes) {
    throw LimitError.of('maxDocumentBytes', limits.maxDocumentBytes, source.size);
  }
  return Math.min(windowBytes * 2, limits.maxDocumentBytes);
}

interface Window {
  readonly offset: number;
  /** Number of values before it. */
  readonly index: number;
  readonly isLast: boolean;
}

/** Emits the values of a window, except one that goes on beyond it. Returns how many bytes and values that were. */
function readValues(context: ParseContext, bytes: Uint8Array, window: Window): { read: number; values: number } {
  const complete = window.isLast ? bytes.length : bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, complete);
  // Comments hide nothing: whoever reads such a file skips them too, and who refuses it cannot load it.
  const options: JsonOptions = {
    limits: context.limits,
    offset: window.offset,
    lenient: true,
    // The lines of a notebook's cell are a list of short strings, and code to the last.
    ...(/\.ipynb$/i.test(context.path) ? { elideAfter: Number.POSITIVE_INFINITY } : {}),
  };
  let read = 0;
  let values = 0;
  try {
    for (const { root, end } of parseJsonValues(lines, options)) {
      read = skipWhiteSpace(lines, end - window.offset);
      const isOnly = window.index + values === 0 && window.isLast && read >= complete;
      emitValue(context, root, isOnly ? '' : `/${window.index + values}`);
      values += 1;
    }
  } catch (error) {
    const goesOn = !window.isLast && error instanceof FormatError && error.code === 'truncated';
    if (!goesOn) throw error;
    return { read, values };
  }
  return { read: complete, values };
}

function emitValue(context: ParseContext, root: DocumentNode, pointer: string): void {
  if (isNotebook(root)) emitNotebook(context, root, pointer);
  else emitDocument(context, { root, syntax: 'json', pointer });
}
