import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Probe } from '../format.ts';
import { kind } from './media-kind.ts';

/** Fields of `ModelProto` (sentencepiece_model.proto): pieces, trainer_spec, normalizer_spec, self_test_data, denormalizer_spec. */
const FIELDS = new Set([1, 2, 3, 4, 5]);
/** A vocabulary has at most some 10^6 pieces. */
const MAX_FIELDS = 10_000_000;
const PIECES_SEEN = 3;

/** SentencePiece `tokenizer.model`, `spiece.model`: a table of pieces with scores. */
export const sentencepiece = kind({
  id: 'sentencepiece',
  title: 'SentencePiece vocabulary',
  extensions: ['.model', '.spm'],
  detect: (probe) => (hasPieces(probe) ? 'certain' : null),
  endOf(source, context) {
    const cursor = new Cursor(source);
    for (let fields = 0; fields < MAX_FIELDS && !cursor.atEnd(); fields += 1) {
      if (fields % 65_536 === 0) context.budget.checkTime();
      const start = cursor.offset;
      const tag = varint(cursor);
      if (tag % 8 !== 2 || !(FIELDS.has(tag >>> 3) || tag >>> 3 >= 200)) return start;
      const length = varint(cursor);
      if (tag === 0x0a) expectPiece(new Cursor(source, { offset: cursor.offset, end: cursor.offset + length }));
      cursor.skip(length);
      if (cursor.offset > source.size)
        throw FormatError.of('truncated', { wanted: length, offset: start, size: source.size });
    }
    return cursor.offset;
  },
});

function hasPieces(probe: Probe): boolean {
  try {
    const cursor = new Cursor(probe.source, { end: probe.head.length });
    for (let i = 0; i < PIECES_SEEN; i += 1) {
      if (cursor.u8() !== 0x0a) return false;
      const length = varint(cursor);
      const start = cursor.offset;
      expectPiece(new Cursor(probe.source, { offset: start, end: start + length }));
      cursor.skip(length);
    }
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** A piece: text, score, and perhaps a type; nothing else. */
function expectPiece(cursor: Cursor): void {
  const expected = (found: string): FormatError =>
    FormatError.of('malformed', { expected: 'a piece with a score', found, offset: cursor.offset });
  if (cursor.u8() !== 0x0a) throw expected('another field');
  cursor.utf8(varint(cursor));
  if (cursor.atEnd()) return;
  if (cursor.u8() !== 0x15) throw expected('no score');
  cursor.skip(4);
  if (!cursor.atEnd() && (cursor.u8() !== 0x18 || varint(cursor) > 16)) throw expected('an unknown type');
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 1; shift <= 2 ** 28; shift *= 128) {
    const byte = cursor.u8();
    value += (byte % 128) * shift;
    if (byte < 128) return value;
  }
  throw FormatError.of('malformed', { expected: 'a number of at most 32 bits', found: 'more', offset: cursor.offset });
}
