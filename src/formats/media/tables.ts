import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import { maskedCrc32c } from './crc32c.ts';
import { kind } from './media-kind.ts';

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Apache Parquet: `PAR1`, row groups, a footer, its length, `PAR1`. */
export const parquet = kind({
  id: 'parquet',
  title: 'Parquet table',
  extensions: ['.parquet'],
  detect: (probe) => (probe.startsWith('PAR1') ? 'certain' : null),
  endOf(source) {
    const offset = source.size - 8;
    const tail = new Cursor(source, { offset: Math.max(0, offset) });
    const footer = tail.u32();
    if (tail.u32() !== 0x31524150 || footer + 12 > source.size) {
      throw FormatError.of('malformed', { expected: 'a footer and PAR1', found: 'other bytes', offset });
    }
    return source.size;
  },
});

/** Arrow's file form (Feather V2): `ARROW1`, messages, a footer, its length, `ARROW1`. */
export const arrow = kind({
  id: 'arrow',
  title: 'Arrow table',
  extensions: ['.arrow', '.feather'],
  detect: (probe) => (probe.startsWith('ARROW1\0\0') ? 'certain' : null),
  endOf(source) {
    const offset = source.size - 6;
    if (latin1(readBytes(source, Math.max(0, offset), 6)) !== 'ARROW1') {
      throw FormatError.of('malformed', { expected: 'ARROW1', found: 'other bytes', offset });
    }
    return source.size;
  },
});

/** Arrow's stream form, which `datasets` writes: messages, each with its length, up to one of length zero or the end. */
export const arrowStream = kind({
  id: 'arrow-stream',
  title: 'Arrow stream',
  extensions: ['.arrow', '.arrows'],
  detect: (probe) =>
    probe.startsWith([0xff, 0xff, 0xff, 0xff]) && probe.head[7] === 0 && probe.name.endsWith('.arrow')
      ? 'likely'
      : null,
  endOf: (source) => source.size,
});

/** TFRecord (TensorBoard events, data sets): length, checksum, data, checksum (tensorflow record_writer.h). */
export const tfrecord = kind({
  id: 'tfrecord',
  title: 'TFRecord (TensorBoard events)',
  extensions: ['.tfrecord', '.tfrecords'],
  detect: (probe) => (isRecordHead(probe.head) ? 'certain' : null),
  endOf(source, context) {
    let at = 0;
    for (;;) {
      context.budget.checkTime();
      const head = readBytes(source, at, 12);
      if (head.length === 0) return at;
      if (!isRecordHead(head)) return at;
      const end = at + 16 + new Cursor(source, { offset: at }).u64();
      if (end > source.size) throw FormatError.of('truncated', { wanted: end - at, offset: at, size: source.size });
      at = end;
    }
  },
});

function isRecordHead(head: Uint8Array): boolean {
  if (head.length < 12 || head[7] !== 0 || head[6] !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset, 12);
  return view.getUint32(8, true) === maskedCrc32c(head.subarray(0, 8));
}

/** SFNT fonts (OpenType §"Organization"): a directory of tables. */
export const font = kind({
  id: 'font',
  title: 'Font',
  extensions: ['.ttf', '.otf', '.woff', '.woff2'],
  detect(probe) {
    if (probe.startsWith('wOFF') || probe.startsWith('wOF2')) return 'certain';
    const sfnt = probe.startsWith([0, 1, 0, 0]) || probe.startsWith('OTTO') || probe.startsWith('true');
    return sfnt && /\.(?:ttf|otf)$/.test(probe.name) ? 'certain' : null;
  },
  endOf(source) {
    const head = readBytes(source, 0, 12);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    if (head.length < 12) throw FormatError.of('truncated', { wanted: 12, offset: 0, size: head.length });
    return latin1(head.subarray(0, 3)) === 'wOF' ? view.getUint32(8) : tablesEnd(source, view.getUint16(4));
  },
});

function tablesEnd(source: Source, count: number): number {
  const directory = readBytes(source, 12, 16 * count);
  if (directory.length < 16 * count)
    throw FormatError.of('truncated', { wanted: 16 * count, offset: 12, size: source.size });
  const view = new DataView(directory.buffer, directory.byteOffset, directory.length);
  let end = 12 + 16 * count;
  for (let i = 0; i < count; i += 1) end = Math.max(end, view.getUint32(16 * i + 8) + view.getUint32(16 * i + 12));
  // Tables are padded to four bytes.
  return Math.min(Math.ceil(end / 4) * 4, Math.max(end, source.size));
}
