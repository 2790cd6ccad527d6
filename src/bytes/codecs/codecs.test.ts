import { spawnSync } from 'node:child_process';
import * as zlib from 'node:zlib';
import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, LimitError } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { BufferSource } from '../source.ts';
import { adler32, combineCrc32, crc32 } from './checksums.ts';
import { type CodecId, openDecoder } from './index.ts';

const MAX_CHUNK_BYTES = 8 * 1024 * 1024;

interface Decoded {
  readonly bytes: Buffer;
  readonly consumed: number;
  readonly error?: unknown;
}

function decode(codec: CodecId, encoded: Uint8Array): Decoded {
  const reader = openDecoder(codec, { source: new BufferSource(encoded) }, defaultLimits);
  const parts: Buffer[] = [];
  try {
    for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
      expect(chunk.length).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
      parts.push(Buffer.from(chunk));
    }
    return { bytes: Buffer.concat(parts), consumed: reader.consumedBytes };
  } catch (error) {
    return { bytes: Buffer.concat(parts), consumed: reader.consumedBytes, error };
  }
}

const samples: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  short: Buffer.from('hello'),
  text: Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(9000)),
  numbers: Buffer.from(Float64Array.from({ length: 40_000 }, (_, i) => Math.sin(i)).buffer),
  runs: Buffer.concat(Array.from({ length: 600 }, (_, i) => Buffer.alloc(i % 300, i))),
  zeros: Buffer.alloc(3_000_000),
};

const nodeEncoders: Readonly<Partial<Record<CodecId, (bytes: Buffer) => Buffer>>> = {
  deflate: (bytes) => zlib.deflateRawSync(bytes),
  zlib: (bytes) => zlib.deflateSync(bytes, { level: 9 }),
  gzip: (bytes) => Buffer.concat([zlib.gzipSync(bytes), zlib.gzipSync(bytes, { level: 0 })]),
  zstd: (bytes) =>
    Buffer.concat([
      zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
      Buffer.from('502a4d180300000061626328b52ffd2000010000', 'hex'),
    ]),
};

const python = spawnSync('python3', ['-c', 'import bz2, lzma']).status === 0;
const lz4 = spawnSync('lz4', ['--version']).status === 0;
const run = (command: string, args: readonly string[], input: Buffer): Buffer => {
  const done = spawnSync(command, args, { input, maxBuffer: 2 ** 28 });
  if (done.status !== 0) throw new Error(String(done.stderr));
  return done.stdout;
};
const pythonEncoder = (expression: string) => (bytes: Buffer) =>
  run('python3', ['-c', `import bz2,lzma,sys;b=sys.stdin.buffer.read();sys.stdout.buffer.write(${expression})`], bytes);

const outsideEncoders: readonly (readonly [string, CodecId, boolean, (bytes: Buffer) => Buffer])[] = [
  ['bz2', 'bzip2', python, pythonEncoder('bz2.compress(b)+bz2.compress(b,1)')],
  ['xz', 'xz', python, pythonEncoder('lzma.compress(b)+bytes(8)+lzma.compress(b,check=lzma.CHECK_CRC32)')],
  [
    'xz with SHA-256',
    'xz',
    python,
    pythonEncoder('lzma.compress(b,check=lzma.CHECK_SHA256)+lzma.compress(b,check=lzma.CHECK_NONE)'),
  ],
  [
    'xz with a delta filter',
    'xz',
    python,
    pythonEncoder('lzma.compress(b,filters=[dict(id=lzma.FILTER_DELTA,dist=4),dict(id=lzma.FILTER_LZMA2,preset=1)])*2'),
  ],
  ['lzma', 'lzma', python, pythonEncoder('lzma.compress(b,format=lzma.FORMAT_ALONE)')],
  ['lz4', 'lz4', lz4, (bytes) => run('lz4', ['-c', '-BD', '-'], bytes)],
  ['lz4 with independent blocks', 'lz4', lz4, (bytes) => run('lz4', ['-c', '-9', '-BI', '-B4', '-'], bytes)],
  ['lz4 legacy', 'lz4', lz4, (bytes) => run('lz4', ['-c', '-l', '-'], bytes)],
];

/** How often the encoders above repeat their input. */
const repeats = (name: string): number => (['gzip', 'bz2'].includes(name) || name.startsWith('xz') ? 2 : 1);

describe('what other programs compress', () => {
  test.each(
    Object.entries(nodeEncoders).flatMap(([codec, encode]) =>
      Object.entries(samples).map(([name, sample]) => [codec as CodecId, name, sample, encode] as const),
    ),
  )('%s %s', (codec, _, sample, encode) => {
    const encoded = encode(sample);
    const { bytes, consumed, error } = decode(codec, Buffer.concat([encoded, Buffer.from('tail')]));
    expect(error).toBeUndefined();
    expect(bytes.equals(Buffer.concat(Array.from({ length: repeats(codec) }, () => sample)))).toBe(true);
    expect(consumed).toBe(encoded.length);
  });

  describe.each(outsideEncoders)('%s', (name, codec, available, encode) => {
    test.skipIf(!available).each(Object.entries(samples))('%s', (_, sample) => {
      const encoded = encode(sample);
      const legacy = name === 'lz4 legacy';
      const { bytes, consumed, error } = decode(
        codec,
        legacy ? encoded : Buffer.concat([encoded, Buffer.from('tail')]),
      );
      expect(error).toBeUndefined();
      expect(bytes.equals(Buffer.concat(Array.from({ length: repeats(name) }, () => sample)))).toBe(true);
      expect(consumed).toBe(encoded.length);
    });
  });
});

test('deflate of any bytes at any level gives them back', () => {
  assert(
    property(uint8Array({ maxLength: 4000 }), (bytes) => {
      for (const level of [0, 1, 6, 9]) {
        const encoded = zlib.deflateRawSync(bytes, { level });
        const decoded = decode('deflate', Buffer.concat([encoded, Buffer.of(1, 2, 3)]));
        expect(decoded.bytes.equals(bytes)).toBe(true);
        expect(decoded.consumed).toBe(encoded.length);
      }
    }),
  );
});

describe('damage', () => {
  const text = Buffer.from('some text that is long enough to be compressed, some text that is. '.repeat(30));
  const all: readonly (readonly [CodecId, Buffer])[] = [
    ...Object.entries(nodeEncoders).map(([codec, encode]) => [codec as CodecId, encode(text)] as const),
    ...outsideEncoders
      .filter(([, , available]) => available)
      .map(([, codec, , encode]) => [codec, encode(text)] as const),
  ];

  test.each(all)('%s cut at every offset gives a beginning and a typed error', (codec, encoded) => {
    const whole = decode(codec, encoded).bytes;
    for (let length = 0; length < encoded.length; length += 1) {
      const { bytes, error } = decode(codec, encoded.subarray(0, length));
      expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
      if (error !== undefined) expect(error).toBeInstanceOf(FormatError);
    }
  });

  test.each(all)('%s with any byte changed never fails in another way', (codec, encoded) => {
    for (let at = 0; at < encoded.length; at += 1) {
      for (const mask of [0x01, 0xff]) {
        const damaged = Buffer.from(encoded);
        damaged.writeUInt8(damaged.readUInt8(at) ^ mask, at);
        const { error, bytes } = decode(codec, damaged);
        expect(bytes.length).toBeLessThan(1_000_000);
        if (error !== undefined) expect(error instanceof FormatError || error instanceof LimitError).toBe(true);
      }
    }
  });

  test('what came before the damage is not lost', () => {
    const encoded = zlib.deflateRawSync(
      Buffer.concat([text, Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))]),
    );
    const { bytes, error } = decode('deflate', encoded.subarray(0, 20_000));
    expect(error).toBeInstanceOf(FormatError);
    expect(bytes.subarray(0, text.length).equals(text)).toBe(true);
  });

  test.each(['gzip', 'zlib'] as const)('a wrong checksum of %s is reported', (codec) => {
    const encoded = Buffer.from((codec === 'gzip' ? zlib.gzipSync : zlib.deflateSync)(text));
    const at = encoded.length - (codec === 'gzip' ? 8 : 4);
    encoded.writeUInt8(encoded.readUInt8(at) ^ 1, at);
    const { bytes, error } = decode(codec, encoded);
    expect(bytes.equals(text)).toBe(true);
    expect(error).toMatchObject({ code: 'malformed' });
  });
});

test('a zstd frame that claims a window of gigabytes is refused before any memory is taken', () => {
  const frame = Buffer.from('28b52ffd00f8010000', 'hex');
  expect(decode('zstd', frame).error).toMatchObject({ code: 'limit-exceeded' });
});

test('checksums agree with zlib', () => {
  const bytes = Buffer.from('123456789 and some more bytes');
  expect(crc32(bytes.subarray(9), crc32(bytes.subarray(0, 9)))).toBe(zlib.crc32(bytes));
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)];
    expect(combineCrc32(zlib.crc32(head), zlib.crc32(tail), tail.length)).toBe(zlib.crc32(bytes));
  }
  expect(adler32(bytes)).toBe(zlib.deflateSync(bytes).readUInt32BE(zlib.deflateSync(bytes).length - 4));
});
