import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BufferSource } from '../bytes/source.ts';
import { scanSource } from '../scan/scan-source.ts';

const payload = Buffer.from('cos\nsystem\n(S"id"\ntR.');
const scan = (bytes: Uint8Array, name = 'model') => scanSource(new BufferSource(bytes), name);
const encoders = { gzip: gzipSync, zlib: deflateSync, zstd: zstdCompressSync } as const;

describe.each(Object.entries(encoders))('%s', (format, encode) => {
  test('a text inside is examined under its own name, every byte accounted for', () => {
    const report = scan(encode(Buffer.from('{"a": 1}')), 'config.json.gz');
    expect(report).toMatchObject({ format, verdict: 'clean', findings: [], coverage: { complete: true, members: 1 } });
  });

  test('a payload inside is found', () => {
    expect(scan(encode(payload)).verdict).toBe('malicious');
  });

  test('a payload in a stream that is cut short is found, and so is the damage', () => {
    const encoded = encode(Buffer.concat([payload, Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))]));
    // Zstandard gives nothing of a block that is not complete, to any reader.
    const report = scan(format === 'zstd' ? encode(payload).subarray(0, -1) : encoded.subarray(0, 40_000));
    expect(report.findings.map(({ ruleId }) => ruleId)).toContain('malformed');
    expect(report.verdict).toBe(format === 'zstd' ? 'inconclusive' : 'malicious');
  });

  test('bytes behind the stream belong to nothing', () => {
    const report = scan(Buffer.concat([encode(Buffer.from('{"a": 1}')), Buffer.from('tail')]));
    expect(report.coverage.unaccounted).toBe(4);
    expect(report.verdict).not.toBe('clean');
  });
});

test('a gzip file of several members is one stream, and zeros behind it are padding', () => {
  const report = scan(Buffer.concat([gzipSync(Buffer.from('{"a":')), gzipSync(Buffer.from(' 1}')), Buffer.alloc(100)]));
  expect(report).toMatchObject({ format: 'gzip', verdict: 'clean', coverage: { padding: 100, unaccounted: 0 } });
});

test('a damaged gzip checksum is reported', () => {
  const bytes = gzipSync(Buffer.from('some text'));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 8) ^ 1, bytes.length - 8);
  expect(scan(bytes).findings.map(({ ruleId }) => ruleId)).toContain('malformed');
});

test('text that happens to begin like zlib is text', () => {
  expect(scan(Buffer.from('x^2 + y^2 = z^2, as everyone knows who has been to school\n'), 'notes.txt').format).toBe(
    'text',
  );
});

test('a bomb stops at the ratio, whatever follows', () => {
  const bomb = gzipSync(Buffer.concat([payload, Buffer.alloc(300_000_000)]));
  const started = performance.now();
  const report = scan(Buffer.concat(Array.from({ length: 40 }, () => bomb)));
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(report.findings.map(({ ruleId }) => ruleId)).toContain('limit-exceeded');
  expect(report.verdict).toBe('malicious');
});

test('a compressed file in a compressed file, nine times over, stops at the depth limit', () => {
  let bytes: Buffer = payload;
  for (let i = 0; i < 12; i += 1) bytes = gzipSync(bytes);
  expect(scan(bytes).findings.map(({ ruleId }) => ruleId)).toContain('limit-exceeded');
});

test.each([
  ['RAR', 'Rar!\u001a\u0007\u0001\u0000'],
  ['cabinet', 'MSCF\u0000\u0000\u0000\u0000'],
  ['cpio', '070701'],
])('a %s archive is named and forbids clean', (_, magic) => {
  const report = scan(Buffer.concat([Buffer.from(magic, 'latin1'), Buffer.alloc(50)]));
  expect(report).toMatchObject({ format: 'opaque-archive', verdict: 'inconclusive' });
  expect(report.findings.map(({ ruleId }) => ruleId)).toContain('unsupported-feature');
});

test('a gzip file of very many empty members costs no window for each', () => {
  const member = gzipSync(Buffer.alloc(0));
  const bytes = Buffer.concat([...Array.from({ length: 100_000 }, () => member), gzipSync(payload)]);
  const started = performance.now();
  expect(scan(bytes).verdict).toBe('malicious');
  expect(performance.now() - started).toBeLessThan(5000);
});
