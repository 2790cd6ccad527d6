import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import { kind } from './media-kind.ts';
import { beU16, beU32 } from './big-endian.ts';

/** Chunks, segments or blocks of one picture; a frame of an animation is some three. */
const MAX_PARTS = 1_000_000;

function tooMany(offset: number): FormatError {
  return FormatError.of('malformed', { expected: `at most ${MAX_PARTS} parts`, found: 'more', offset });
}

/** PNG (W3C PNG §5): chunks up to IEND. */
export const png = kind({
  id: 'png',
  title: 'PNG image',
  extensions: ['.png', '.apng'],
  detect: (probe) => (probe.startsWith('\u0089PNG\r\n\u001a\n') ? 'certain' : null),
  endOf(source) {
    const cursor = new Cursor(source, { offset: 8 });
    for (let parts = 0; parts < MAX_PARTS; parts += 1) {
      const length = beU32(cursor);
      const type = beU32(cursor);
      cursor.skip(length + 3);
      cursor.u8();
      if (type === 0x49454e44) return cursor.offset;
    }
    throw tooMany(cursor.offset);
  },
});

/** JPEG (ITU T.81 Annex B): segments, then scans, up to EOI; several pictures may follow one another (CIPA DC-007). */
export const jpeg = kind({
  id: 'jpeg',
  title: 'JPEG image',
  extensions: ['.jpg', '.jpeg'],
  detect: (probe) => (probe.startsWith([0xff, 0xd8, 0xff]) ? 'certain' : null),
  endOf(source) {
    const cursor = new Cursor(source, { offset: 2 });
    for (let parts = 0; parts < MAX_PARTS; parts += 1) {
      const marker = nextMarker(cursor);
      if (marker === 0xd9) {
        if (!startsPicture(source, cursor.offset)) return cursor.offset;
        cursor.skip(2);
      } else if (marker !== 0x01 && !(marker >= 0xd0 && marker <= 0xd7)) {
        cursor.skip(beU16(cursor) - 2);
      }
    }
    throw tooMany(cursor.offset);
  },
});

/** Skips entropy-coded data: in it, 0xFF is followed by zero or a restart marker. */
function nextMarker(cursor: Cursor): number {
  for (;;) {
    while (cursor.u8() !== 0xff);
    let code = cursor.u8();
    while (code === 0xff) code = cursor.u8();
    if (code !== 0) return code;
  }
}

function startsPicture(source: Source, offset: number): boolean {
  const head = new Uint8Array(3);
  return source.read(offset, head) === 3 && head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}

/** GIF89a (CompuServe 1990): blocks up to the trailer. */
export const gif = kind({
  id: 'gif',
  title: 'GIF image',
  extensions: ['.gif'],
  detect: (probe) => (probe.startsWith('GIF87a') || probe.startsWith('GIF89a') ? 'certain' : null),
  endOf(source) {
    const cursor = new Cursor(source, { offset: 10 });
    skipColours(cursor);
    cursor.skip(2);
    for (let parts = 0; parts < MAX_PARTS; parts += 1) {
      const block = cursor.u8();
      if (block === 0x3b) return cursor.offset;
      if (block === 0x21) cursor.skip(1);
      else if (block === 0x2c) skipImageHead(cursor);
      else throw FormatError.of('malformed', { expected: 'a GIF block', found: `${block}`, offset: cursor.offset - 1 });
      for (let size = cursor.u8(); size > 0; size = cursor.u8()) cursor.skip(size);
    }
    throw tooMany(cursor.offset);
  },
});

function skipColours(cursor: Cursor): void {
  const packed = cursor.u8();
  const table = packed >= 0x80 ? 3 * 2 ** ((packed % 8) + 1) : 0;
  cursor.skip(table);
}

function skipImageHead(cursor: Cursor): void {
  cursor.skip(8);
  skipColours(cursor);
  cursor.skip(1);
}

/** BMP: the header says how long the file is. */
export const bmp = kind({
  id: 'bmp',
  title: 'Bitmap image',
  extensions: ['.bmp'],
  detect: (probe) =>
    probe.startsWith('BM') && probe.startsWith([0, 0, 0, 0], 6) && probe.name.endsWith('.bmp') ? 'certain' : null,
  endOf: (source) => new Cursor(source, { offset: 2 }).u32(),
});

/** ICO: a directory of pictures. */
export const ico = kind({
  id: 'ico',
  title: 'Icon',
  extensions: ['.ico'],
  detect: (probe) => (probe.startsWith([0, 0, 1, 0]) && probe.name.endsWith('.ico') ? 'certain' : null),
  endOf(source) {
    const cursor = new Cursor(source, { offset: 4 });
    const count = cursor.u16();
    let end = 6 + 16 * count;
    for (let i = 0; i < count; i += 1) {
      cursor.skip(8);
      const size = cursor.u32();
      end = Math.max(end, cursor.u32() + size);
    }
    return end;
  },
});
