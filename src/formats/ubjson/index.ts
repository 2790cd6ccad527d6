import { LimitError } from '../../bytes/errors.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat, type Probe } from '../format.ts';
import { parseUbjson } from './parse-ubjson.ts';

/** Bytes a length takes, by its marker. */
const LENGTH_BYTES: ReadonlyMap<number, number> = new Map([
  [0x69, 1],
  [0x55, 1],
  [0x49, 2],
  [0x6c, 4],
  [0x4c, 8],
]);
const MAX_KEY_BYTES = 64;

/** Universal Binary JSON (ubjson.org, draft 12), which XGBoost saves models in. */
export const ubjson = defineFormat({
  id: 'ubjson',
  title: 'Universal Binary JSON (XGBoost model)',
  extensions: ['.ubj', '.ubjson'],
  detect: (probe) => (startsWithKey(probe) ? 'certain' : null),
  parse(context) {
    const { source, limits } = context;
    if (source.size > limits.maxDocumentBytes) {
      throw LimitError.of('maxDocumentBytes', limits.maxDocumentBytes, source.size);
    }
    const bytes = new Uint8Array(source.size);
    const filled = bytes.subarray(0, source.read(0, bytes));
    const { root, end } = parseUbjson(filled, limits);
    context.cover(0, end, 'structure');
    emitDocument(context, { root, syntax: 'ubjson' });
  },
});

/** An object whose first key is a readable one; in JSON no key starts without a quote. */
function startsWithKey({ head }: Probe): boolean {
  const bytes = LENGTH_BYTES.get(head[1] ?? 0);
  if (head[0] !== 0x7b || bytes === undefined) return false;
  let length = 0;
  for (const byte of head.subarray(2, 2 + bytes)) length = length * 256 + byte;
  if (length < 1 || length > MAX_KEY_BYTES || head.length < 3 + bytes + length) return false;
  const key = head.subarray(2 + bytes, 2 + bytes + length);
  const value = String.fromCharCode(head[2 + bytes + length] ?? 0);
  return key.every((byte) => byte > 0x20 && byte < 0x7f) && 'ZTFiUIlLdDHCS[{'.includes(value);
}
