import { defineFormat, type Format } from '../format.ts';
import { pdf, svg } from './documents.ts';
import { bmp, gif, ico, jpeg, png } from './images.ts';
import type { MediaKind } from './media-kind.ts';
import { sentencepiece } from './sentencepiece.ts';
import { flac, mp3, mp4, ogg, wav, webp } from './sound-and-film.ts';
import { arrow, arrowStream, font, parquet, tfrecord } from './tables.ts';

const kinds: readonly MediaKind[] = [
  arrow,
  arrowStream,
  bmp,
  flac,
  font,
  gif,
  ico,
  jpeg,
  mp3,
  mp4,
  ogg,
  parquet,
  pdf,
  png,
  sentencepiece,
  svg,
  tfrecord,
  wav,
  webp,
];

/**
 * Files that only hold data: pictures, sound, fonts, tables, vocabularies. They are walked far enough to know where
 * they end, so that something appended is seen.
 */
export const media: readonly Format[] = kinds.map(({ id, title, extensions, detect, endOf }) =>
  defineFormat({
    id,
    title,
    extensions,
    detect,
    parse(context) {
      const end = endOf(context.source, context);
      context.cover(0, Math.min(end, context.source.size), 'payload');
    },
  }),
);
