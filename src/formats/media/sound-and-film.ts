import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import { readBytes, type Source } from '../../bytes/source.ts';
import { beU32 } from './big-endian.ts';
import { kind } from './media-kind.ts';

const MAX_PARTS = 10_000_000;
const UNKNOWN_SIZE = 0xffff_ffff;

function riffEnd(source: Source): number {
  const size = new Cursor(source, { offset: 4 }).u32();
  // Written while streaming: the length was not known yet.
  if (size === UNKNOWN_SIZE || size === 0) return source.size;
  return Math.min(8 + size + (size % 2), Math.max(source.size, 8 + size));
}

export const webp = kind({
  id: 'webp',
  title: 'WebP image',
  extensions: ['.webp'],
  detect: (probe) => (probe.startsWith('RIFF') && probe.startsWith('WEBP', 8) ? 'certain' : null),
  endOf: riffEnd,
});

export const wav = kind({
  id: 'wav',
  title: 'WAVE audio',
  extensions: ['.wav'],
  detect: (probe) => (probe.startsWith('RIFF') && probe.startsWith('WAVE', 8) ? 'certain' : null),
  endOf: riffEnd,
});

/** FLAC (RFC 9639 §8): metadata blocks; the frames after them say nothing of their length. */
export const flac = kind({
  id: 'flac',
  title: 'FLAC audio',
  extensions: ['.flac'],
  detect: (probe) => (probe.startsWith('fLaC') ? 'certain' : null),
  endOf(source) {
    const cursor = new Cursor(source, { offset: 4 });
    for (let blocks = 0; blocks < 128; blocks += 1) {
      const head = beU32(cursor);
      cursor.skip(head % 0x100_0000);
      if (head >= 0x8000_0000) return expectFrames(source, cursor.offset);
    }
    throw FormatError.of('malformed', { expected: 'the last metadata block', found: 'more', offset: cursor.offset });
  },
});

function expectFrames(source: Source, offset: number): number {
  const [first, second] = readBytes(source, offset, 2);
  if (first === 0xff && (second ?? 0) >= 0xf8) return source.size;
  throw FormatError.of('malformed', { expected: 'a FLAC frame', found: 'other bytes', offset });
}

/** Ogg (RFC 3533 §6): pages, each with its table of lengths. */
export const ogg = kind({
  id: 'ogg',
  title: 'Ogg audio or video',
  extensions: ['.ogg', '.oga', '.opus', '.ogv'],
  detect: (probe) => (probe.startsWith('OggS') && probe.head[4] === 0 ? 'certain' : null),
  endOf(source, context) {
    let at = 0;
    for (let pages = 0; pages < MAX_PARTS; pages += 1) {
      if (pages % 4096 === 0) context.budget.checkTime();
      const cursor = new Cursor(source, { offset: at });
      if (readBytes(source, at, 4).length < 4 || beU32(cursor) !== 0x4f676753) return at;
      cursor.skip(22);
      let length = 0;
      for (let segments = cursor.u8(); segments > 0; segments -= 1) length += cursor.u8();
      at = cursor.offset + length;
    }
    return at;
  },
});

/** MP4 and QuickTime (ISO/IEC 14496-12 §4.2): boxes to the end of the file. */
export const mp4 = kind({
  id: 'mp4',
  title: 'MPEG-4 audio or video',
  extensions: ['.mp4', '.m4a', '.mov', '.heic', '.avif'],
  detect: (probe) => (probe.startsWith('ftyp', 4) && probe.startsWith([0, 0], 0) ? 'certain' : null),
  endOf(source) {
    let at = 0;
    for (let boxes = 0; boxes < MAX_PARTS && at < source.size; boxes += 1) {
      const cursor = new Cursor(source, { offset: at });
      const size = beU32(cursor);
      if (!isBoxType(beU32(cursor))) return at;
      if (size === 0) return source.size;
      const length = size === 1 ? beU32(cursor) * 2 ** 32 + beU32(cursor) : size;
      if (length < 8) return at;
      if (at + length > source.size)
        throw FormatError.of('truncated', { wanted: length, offset: at, size: source.size });
      at += length;
    }
    return at;
  },
});

function isBoxType(type: number): boolean {
  return [24, 16, 8, 0].every((shift) => {
    const code = Math.floor(type / 2 ** shift) % 256;
    return (code >= 0x20 && code < 0x7f) || code === 0xa9;
  });
}

/** kbit/s by (version is MPEG-1, layer), ISO/IEC 11172-3 §2.4.2.3 and 13818-3. */
const RATES_1_3 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2_3 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
/** By what MPEG-2.5 (generation 0) and MPEG-2 (2) lower them. */
const DIVISORS = [4, 1, 2, 1];

/** MP3: an ID3v2 tag, frames of layer III, an ID3v1 tag. */
export const mp3 = kind({
  id: 'mp3',
  title: 'MP3 audio',
  extensions: ['.mp3'],
  detect: (probe) =>
    probe.startsWith('ID3') || (probe.name.endsWith('.mp3') && frameLength(probe.head) > 0) ? 'certain' : null,
  endOf(source, context) {
    let at = afterTag(source);
    for (let frames = 0; frames < MAX_PARTS; frames += 1) {
      if (frames % 4096 === 0) context.budget.checkTime();
      const length = frameLength(readBytes(source, at, 4));
      if (length === 0) break;
      at += length;
    }
    const tail = readBytes(source, at, 3);
    return tail[0] === 0x54 && tail[1] === 0x41 && tail[2] === 0x47 ? at + 128 : at;
  },
});

function afterTag(source: Source): number {
  const head = readBytes(source, 0, 10);
  if (head[0] !== 0x49) return 0;
  const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((head[at] ?? 0) & 0x7f), 0);
  let at = 10 + size;
  // Encoders pad the tag with zeros they do not count.
  while (readBytes(source, at, 1)[0] === 0 && at < 10 + size + 65_536) at += 1;
  return at;
}

/** Bytes of the frame a header begins; 0 when it is none. */
function frameLength(head: Uint8Array): number {
  if (head.length < 3) return 0;
  const [sync, version, rate] = head as unknown as readonly [number, number, number];
  const generation = (version & 0x18) >>> 3;
  // 11 bits of sync, layer III; generation 1 is reserved.
  if (sync !== 0xff || (version & 0xe6) !== 0xe2 || generation === 1) return 0;
  const kilobits = (generation === 3 ? RATES_1_3 : RATES_2_3)[rate >>> 4] ?? 0;
  const samples = (SAMPLE_RATES[(rate >>> 2) & 3] ?? 0) / (DIVISORS[generation] ?? 1);
  if (kilobits === 0 || samples === 0) return 0;
  return Math.floor(((generation === 3 ? 144_000 : 72_000) * kilobits) / samples) + ((rate >>> 1) & 1);
}
