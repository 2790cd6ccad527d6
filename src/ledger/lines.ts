import { fromUtf8 } from './encoding.ts';
import { LedgerError } from './errors.ts';

const LINE_END = 0x0a;

/** Where bytes come from, piece by piece. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The lines of a stream, without their ends; each of at most `maxBytes`, whatever the stream holds.
 * @throws LedgerError `size-limit`; `truncated` when the last line has no end.
 */
export async function* readLines(source: ByteStream, maxBytes: number): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
      const line = chunk.subarray(start, end);
      checkLine(restBytes + line.length, maxBytes);
      yield rest.length === 0 ? line : joined([...rest, line]);
      [rest, restBytes, start] = [[], 0, end + 1];
    }
    if (start === chunk.length) continue;
    // A copy: whoever fills the chunk may use it again.
    rest.push(chunk.slice(start));
    restBytes += chunk.length - start;
    checkLine(restBytes, maxBytes);
  }
  if (restBytes > 0) throw LedgerError.of('truncated', 'the last line has no end');
}

function checkLine(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw LedgerError.of('size-limit', `a line has more than the ${maxBytes} bytes allowed`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The object that one line holds. @throws LedgerError `malformed`. */
export function parseJsonLine(line: Uint8Array, where: string): Readonly<Record<string, unknown>> {
  const text = fromUtf8(line);
  let value: unknown;
  try {
    value = text === null ? null : JSON.parse(text);
  } catch (error) {
    throw LedgerError.of('malformed', `${where} is not JSON`, error);
  }
  if (typeof value !== 'object' || value === null) throw LedgerError.of('malformed', `${where} is no JSON object`);
  return value as Readonly<Record<string, unknown>>;
}
