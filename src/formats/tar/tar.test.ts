import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Budget, defaultLimits } from '../../bytes/limits.ts';
import { BufferSource, readBytes } from '../../bytes/source.ts';
import { buildTar } from '../../rules/examples/tar.ts';
import { buildZip, concatBytes } from '../../rules/examples/zip.ts';
import { scanSource } from '../../scan/scan-source.ts';
import { readTar } from './read-tar.ts';

const payload = 'cos\nsystem\n(S"id"\ntR.';
const text = (name: string) => ({ name, content: `content of ${name}` });
const list = (bytes: Uint8Array) => readTar(new BufferSource(bytes), new Budget(defaultLimits));
const scan = (bytes: Uint8Array, name = 'model.tar') => scanSource(new BufferSource(bytes), name);
const contents = (bytes: Uint8Array): (readonly [string, string])[] =>
  list(bytes).entries.map(({ name, data }) => [
    name,
    Buffer.from(readBytes(new BufferSource(bytes), data.start, data.end - data.start)).toString(),
  ]);

test('an ordinary archive is read to its last byte, without a finding', () => {
  const bytes = buildTar([{ name: 'd/', type: '5' }, text('d/a.txt'), text('b.txt')]);
  expect(scan(bytes)).toMatchObject({ format: 'tar', verdict: 'clean', findings: [], coverage: { complete: true } });
  expect(contents(bytes).at(-1)).toEqual(['b.txt', 'content of b.txt']);
});

test('the old format without a magic number is known by its checksum', () => {
  const bytes = buildTar([text('a.txt')]);
  bytes.fill(0, 257, 265);
  const sum = bytes.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  bytes.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\u0000 `), 148);
  expect(scan(bytes)).toMatchObject({ format: 'tar', verdict: 'clean', findings: [] });
});

test.each<[string, Uint8Array]>([
  [
    'after the end-of-archive marker',
    concatBytes([buildTar([text('a.txt')]), buildTar([{ name: 'd.pkl', content: payload }])]),
  ],
  ['behind the archive', concatBytes([buildTar([text('a.txt')]), payload])],
  ['under the name of another member', buildTar([text('d.pkl'), { name: 'd.pkl', content: payload }])],
  ['in a gzip file', gzipSync(buildTar([{ name: 'd', content: payload }]))],
  ['in a zip in a tar', buildTar([{ name: 'z', content: buildZip([{ name: 'd', content: Buffer.from(payload) }]) }])],
])('a payload %s is found', (_, bytes) => {
  expect(scan(bytes).verdict).toBe('malicious');
});

test('a zip as the last member does not make the archive a zip', () => {
  expect(scan(buildTar([{ name: 'a.zip', content: buildZip([{ name: 'a.txt', content: 'text' }]) }]))).toMatchObject({
    format: 'tar',
    verdict: 'clean',
  });
});

test('bytes hidden in the padding of a member belong to nothing', () => {
  const bytes = buildTar([text('a.txt')]);
  bytes.set(Buffer.from('hidden'), 600);
  expect(scan(bytes).findings.map(({ ruleId }) => ruleId)).toContain('unaccounted-bytes');
});

test('cut at every block and changed in any header byte, only typed findings come', () => {
  const bytes = buildTar([text('a.txt'), text('b.txt')]);
  for (let at = 0; at < bytes.length; at += 64) {
    const changed = bytes.slice();
    changed.set([~(bytes[at] ?? 0) & 0xff], at);
    for (const damaged of [bytes.subarray(0, at), bytes.subarray(0, at + 13), changed]) {
      expect(scan(damaged).findings.filter(({ ruleId }) => ruleId === 'internal-error')).toEqual([]);
    }
  }
});

describe('what Python writes', () => {
  const script = `
import io, sys, tarfile
long = 'x/' * 80 + 'long-name.txt'
for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
    with tarfile.open(f'{sys.argv[1]}/{format}.tar', 'w', format=format) as t:
        for name in ('a.txt', 'y' * 90 + '/b.txt', 'donn\\u00e9es.txt') + (() if format == tarfile.USTAR_FORMAT else (long,)):
            i = tarfile.TarInfo(name); c = b'content of ' + name.encode(); i.size = len(c); i.mtime = 1.5
            t.addfile(i, io.BytesIO(c))
        i = tarfile.TarInfo('link'); i.type = tarfile.SYMTYPE; i.linkname = 'a.txt'; t.addfile(i)
`;
  const python = spawnSync('python3', ['-c', 'import tarfile']).status === 0;

  test.skipIf(!python)('in each of its formats is read back identically, without a finding', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tar-'));
    try {
      writeFileSync(join(folder, 'make.py'), script);
      expect(spawnSync('python3', [join(folder, 'make.py'), folder]).stderr.toString()).toBe('');
      for (const format of [0, 1, 2]) {
        const bytes = readFileSync(join(folder, `${format}.tar`));
        const found = contents(bytes);
        expect(found.length).toBe(format === 0 ? 4 : 5);
        for (const [name, content] of found.slice(0, -1)) expect(content).toBe(`content of ${name}`);
        expect(list(bytes).entries.at(-1)).toMatchObject({ kind: 'symlink', linkTarget: 'a.txt' });
        expect(scan(bytes)).toMatchObject({ verdict: 'clean', findings: [], coverage: { unaccounted: 0 } });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
