import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Budget, defaultLimits } from '../../bytes/limits.ts';
import { BufferSource, readBytes, type Source } from '../../bytes/source.ts';
import { buildZip, concatBytes, pack, type ZipMember } from '../../rules/examples/zip.ts';
import { scanSource } from '../../scan/scan-source.ts';
import { openEntry } from './open-entry.ts';
import { readZip } from './read-zip.ts';

const text = (name: string, content = `content of ${name}`): ZipMember => ({ name, content });
/** A pickle that calls `os.system('id')`, never loaded by anything here. */
const payload = Buffer.from('cos\nsystem\n(S"id"\ntR.');

const list = (bytes: Uint8Array) => readZip(new BufferSource(bytes), defaultLimits);
const codes = (bytes: Uint8Array): string[] => {
  const listing = list(bytes);
  return [...listing.anomalies, ...listing.entries.flatMap((entry) => entry.anomalies)].map(({ code }) => code);
};
const scan = (bytes: Uint8Array, name = 'model.zip') => scanSource(new BufferSource(bytes), name);
const ruleIds = (bytes: Uint8Array): string[] => scan(bytes).findings.map((finding) => finding.ruleId);
const contents = (bytes: Uint8Array): [string, string][] => {
  const source = new BufferSource(bytes);
  const budget = new Budget(defaultLimits);
  return readZip(source, defaultLimits).entries.map((entry) => {
    const content = openEntry(source, entry, budget);
    return [entry.name, Buffer.from(readBytes(content.source, 0, 1 << 20)).toString()];
  });
};

describe('what the reader lists', () => {
  test('an ordinary archive has nothing odd about it, and every byte is accounted for', () => {
    const bytes = buildZip(
      [text('a.txt'), { ...text('b.txt'), deflate: true }, text('empty.txt', ''), text('d/', '')],
      'note',
    );
    expect(codes(bytes)).toEqual([]);
    const report = scan(bytes);
    expect(report).toMatchObject({ verdict: 'clean', findings: [], coverage: { complete: true, unaccounted: 0 } });
    expect(contents(bytes).slice(0, 2)).toEqual([
      ['a.txt', 'content of a.txt'],
      ['b.txt', 'content of b.txt'],
    ]);
  });

  test.each([
    [9, (b: Buffer) => deflateRawSync(b)],
    [93, (b: Buffer) => zstdCompressSync(b)],
  ] as const)('method %d is decoded', (method, encode) => {
    const content = Buffer.from('some text, some text');
    const data = encode(content);
    const member = { name: 'a.txt', content: data, method, size: content.length, crc: 0 };
    expect(contents(buildZip([member]))).toEqual([['a.txt', 'some text, some text']]);
  });

  test('an unknown method is reported, not skipped', () => {
    expect(ruleIds(buildZip([{ ...text('a.txt'), method: 98 }]))).toContain('unsupported-feature');
  });

  test('the end record of a zip stored inside does not count', () => {
    const inner = buildZip([text('inner.txt')]);
    const bytes = buildZip([text('a.txt'), { name: 'inner.zip', content: inner }]);
    expect(codes(bytes)).toEqual([]);
    expect(scan(bytes).coverage.members).toBe(3);
  });

  test('a wrong number of entries in the end record is seen', () => {
    const bytes = buildZip([text('a.txt'), text('b.txt')]);
    bytes[bytes.length - 12] = 1;
    expect(codes(bytes)).toContain('count-mismatch');
  });

  test('two archives of one layout, second in front: torch reads B, Python reads A, both are listed', () => {
    const a = buildZip([text('m/data.txt', 'AAAA')]);
    const b = buildZip([text('m/data.txt', 'BBBB')]);
    const bytes = concatBytes([b, a]);
    expect(
      contents(bytes)
        .map(([, content]) => content)
        .toSorted(),
    ).toEqual(['AAAA', 'BBBB']);
    expect(codes(bytes)).toContain('several-directories');
  });

  test('two archives of different layouts: the one in front is found in the gap', () => {
    const a = buildZip([text('a.txt', 'AAAA')]);
    const b = buildZip([text('longer-name.txt', 'BBBBBBBB'), text('second.txt')]);
    const bytes = concatBytes([b, a]);
    expect(
      contents(bytes)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(['a.txt', 'longer-name.txt', 'second.txt']);
    expect(codes(bytes)).toContain('several-directories');
  });

  test('a zip64 end record is followed, and one that contradicts the classic record leads to both directories', () => {
    const plain = buildZip([text('a.txt')]);
    const end = plain.length - 22;
    const view = new DataView(plain.buffer);
    const [size, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
    const wide = pack(
      [4, 0x06064b50],
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
      [8, 1],
      [8, 1],
      [8, size],
      [8, offset],
    );
    const locator = pack([4, 0x07064b50], [4, 0], [8, end], [4, 1]);
    const classic = pack(
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, 0xffff],
      [2, 0xffff],
      [4, 0xffffffff],
      [4, 0xffffffff],
      [2, 0],
    );
    const bytes = concatBytes([plain.subarray(0, end), wide, locator, classic]);
    expect(codes(bytes)).toEqual([]);
    expect(scan(bytes)).toMatchObject({ verdict: 'clean', coverage: { unaccounted: 0 } });
  });
});

describe('what hides a payload does not hide it', () => {
  test.each<[string, () => Uint8Array]>([
    [
      'CVE-2025-1945: an encryption flag in the local header',
      () => buildZip([{ name: 'd.pkl', content: payload, local: { flags: 1 } }]),
    ],
    [
      'CVE-2025-1945: an encryption flag in both headers',
      () => buildZip([{ name: 'd.pkl', content: payload, flags: 1 }]),
    ],
    [
      'CVE-2025-1944: another local name',
      () => buildZip([{ name: 'd.pkl', content: payload, local: { name: 'x.txt' } }]),
    ],
    ['CVE-2025-10156: a wrong checksum', () => buildZip([{ name: 'd.pkl', content: payload, crc: 1 }])],
    ['CVE-2025-1889: another ending', () => buildZip([{ name: 'd.config', content: payload }])],
    ['a member no directory lists', () => buildZip([text('a.txt'), { name: 'd.pkl', content: payload, hidden: true }])],
    ['a second member of the same name', () => buildZip([text('d.pkl', '1'), { name: 'd.pkl', content: payload }])],
    ['a first member of the same name', () => buildZip([{ name: 'd.pkl', content: payload }, text('d.pkl', '1')])],
    ['a prefix', () => concatBytes([buildZip([text('a.txt')]), buildZip([{ name: 'd.pkl', content: payload }])])],
    ['bytes behind the archive', () => concatBytes([buildZip([text('a.txt')]), payload])],
    [
      'a member that claims a size of zero',
      () => buildZip([{ name: 'd.pkl', content: payload, deflate: true, size: 0 }]),
    ],
    [
      'bytes behind a deflate stream that ends early',
      () => {
        const content = Buffer.concat([deflateRawSync(Buffer.from('text')), payload]);
        return buildZip([{ name: 'd.txt', content, method: 8, size: 4, crc: 0 }]);
      },
    ],
    [
      'a local header that says stored where the directory says deflate',
      () => {
        const content = Buffer.concat([payload, deflateRawSync(Buffer.from('text'))]);
        return buildZip([{ name: 'd.pkl', content, method: 8, local: { method: 0 } }]);
      },
    ],
    [
      'a tensor record that is a pickle',
      () =>
        buildZip([
          text('m/data.pkl', 'N.'),
          {
            name: 'm/data/0',
            content: Buffer.from('\u0080\u0002}cos\nsystem\nX\u0002\u0000\u0000\u0000id\u0085R.', 'latin1'),
          },
        ]),
    ],
  ])('%s', (_, build) => {
    const report = scan(build());
    expect(report.verdict).toBe('malicious');
  });

  test('a password is a finding and forbids clean', () => {
    const bytes = buildZip([
      { name: 'd.pkl', content: Uint8Array.from({ length: 50 }, (_, i) => (i * 151 + 77) % 256), flags: 1 },
    ]);
    expect(scan(bytes)).toMatchObject({ verdict: 'inconclusive', findings: [{ ruleId: 'encrypted' }] });
  });
});

describe('limits', () => {
  test('a deflate bomb stops at the ratio, long before its end', () => {
    const content = deflateRawSync(Buffer.concat([payload, Buffer.alloc(400_000_000)]));
    const started = performance.now();
    const report = scan(buildZip([{ name: 'd.pkl', content, method: 8, size: 400_000_020, crc: 0 }]));
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(report.verdict).toBe('malicious');
  });

  test('overlapping members of a bomb are not inflated one by one', () => {
    const content = deflateRawSync(Buffer.alloc(60_000_000));
    const members = Array.from({ length: 400 }, (_, i) => ({
      name: `${i}.txt`,
      content,
      method: 8,
      size: 60_000_000,
      crc: 0,
      ...(i === 0 ? {} : { shares: 0 }),
    }));
    const started = performance.now();
    const report = scanSource(new BufferSource(buildZip(members)), 'bomb.zip', {
      limits: { maxInflatedBytes: 500_000_000 },
    });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(report.findings.map(({ ruleId }) => ruleId)).toEqual(
      expect.arrayContaining(['archive-overlap', 'limit-exceeded']),
    );
  });

  test('archives in archives stop at the depth limit', () => {
    let bytes = buildZip([text('a.txt')]);
    for (let i = 0; i < 12; i += 1) bytes = buildZip([{ name: `${i}.zip`, content: bytes }]);
    expect(ruleIds(bytes)).toContain('limit-exceeded');
  });

  test('tensor records are not read: a large checkpoint costs kilobytes', () => {
    let read = 0;
    const bytes = buildZip([
      text('m/data.pkl', 'N.'),
      { name: 'm/data/0', content: new Uint8Array(8_000_000).fill(7) },
    ]);
    const inner = new BufferSource(bytes);
    const source: Source = {
      size: bytes.length,
      read(offset, into) {
        read += into.length;
        return inner.read(offset, into);
      },
    };
    const report = scanSource(source, 'model.pt');
    expect(report.coverage.payload).toBe(8_000_000);
    expect(read).toBeLessThan(1_000_000);
  });
});

test('cut at every offset, or changed in any byte, only typed findings come', () => {
  const bytes = buildZip([{ ...text('a.txt'), deflate: true }, text('b.txt')], 'note');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = bytes.slice();
    changed.set([~(bytes[at] ?? 0) & 0xff], at);
    for (const damaged of [bytes.subarray(0, at), changed]) {
      const report = scan(damaged);
      expect(report.findings.filter(({ ruleId }) => ruleId === 'internal-error')).toEqual([]);
      expect(report.coverage.unaccounted).toBeLessThanOrEqual(damaged.length);
    }
  }
});

describe('what Python writes', () => {
  const script = `
import sys, zipfile, io
out = sys.argv[1]
def write(name, method, wrap=lambda f: f):
    with open(f'{out}/{name}', 'wb') as f:
        with zipfile.ZipFile(wrap(f), 'w', method) as z:
            z.writestr('a/text.txt', 'hello ' * 1000)
            z.writestr('b.json', '{"a": [1, 2, 3]}')
            with z.open('c.txt', 'w', force_zip64=True) as m: m.write(b'wide')
class Pipe:
    def __init__(self, f): self.f = f
    def write(self, b): return self.f.write(b)
    def flush(self): self.f.flush()
for name, method in [('stored', 0), ('deflated', 8), ('bzip2', 12), ('lzma', 14)]: write(name, method)
write('streamed', 8, Pipe)
`;
  const python = spawnSync('python3', ['-c', 'import zipfile']).status === 0;

  test.skipIf(!python)('is read back identically, without a finding', () => {
    const folder = mkdtempSync(join(tmpdir(), 'zip-'));
    try {
      writeFileSync(join(folder, 'make.py'), script);
      expect(spawnSync('python3', [join(folder, 'make.py'), folder]).stderr.toString()).toBe('');
      for (const name of ['stored', 'deflated', 'bzip2', 'lzma', 'streamed']) {
        const bytes = readFileSync(join(folder, name));
        expect(contents(bytes)).toEqual([
          ['a/text.txt', 'hello '.repeat(1000)],
          ['b.json', '{"a": [1, 2, 3]}'],
          ['c.txt', 'wide'],
        ]);
        expect(codes(bytes)).toEqual([]);
        expect(scan(bytes)).toMatchObject({ verdict: 'clean', findings: [], coverage: { unaccounted: 0 } });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
