import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkManifest,
  compareCodePoints,
  isIgnored,
  parseIgnorePath,
  pathFault,
  rootDigest,
  rootDigests,
  shardName,
  sortResources,
  splitName,
  type Manifest,
  type Resource,
} from './manifest.ts';
import { codeOf } from '../../test/sign/code-of.ts';

const digest = (digit: string): string => digit.repeat(64);
const named = (...names: readonly string[]): Resource[] =>
  names.map((name, index) => ({ name, digest: digest((index % 16).toString(16)) }));

function manifest(resources: readonly Resource[], shardSize?: number): Manifest {
  const method = shardSize === undefined ? ('files' as const) : ('shards' as const);
  const size = shardSize === undefined ? {} : { shardSize };
  return {
    modelName: 'm',
    resources,
    serialization: { method, hashType: 'sha256', allowSymlinks: false, ...size, ignorePaths: [] },
  };
}

describe('the order of a manifest (OMS §5.2.1)', () => {
  it('is by code point, where the Python reference sorts by path component', () => {
    const resources = named('a/b', 'a-b');
    expect(sortResources(resources, 'code-point').map(({ name }) => name)).toEqual(['a-b', 'a/b']);
    expect(sortResources(resources, 'path-component').map(({ name }) => name)).toEqual(['a/b', 'a-b']);
    const { codePoint, pathComponent } = rootDigests(resources);
    expect(codePoint).not.toBe(pathComponent);
    expect(checkManifest(manifest(sortResources(resources, 'code-point')))).toBe('code-point');
    expect(checkManifest(manifest(sortResources(resources, 'path-component')))).toBe('path-component');
  });

  it('puts characters beyond the basic plane after all others, unlike comparing UTF-16', () => {
    expect(['\u{1f600}', '\uff5e'].toSorted()).toEqual(['\u{1f600}', '\uff5e']);
    expect(compareCodePoints('\u{1f600}', '\uff5e')).toBeGreaterThan(0);
  });

  it('is that of UTF-8 bytes for all well-formed names', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('must be one of the two', () => {
    expect(codeOf(() => checkManifest(manifest(named('b', 'a'))))).toBe('unsorted-manifest');
  });
});

describe('the root digest (OMS §6.5.1)', () => {
  it('is that of the specification, appendix A', () => {
    const resources = [
      { name: 'config.json', digest: 'bc9a717db6064a32cbe9eae6fc40651dd6d36ef1757183f590eff2b1765d7ebc' },
      { name: 'weights.bin', digest: '32dcb1f8e1ae52d5963e56a6ba06ab58b424c15ed2a6b70d2feca1d089370028' },
    ];
    expect(rootDigest(resources)).toBe('92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4');
  });
});

describe('names', () => {
  it('of shards end in a range, whatever colons come before it (OMS §6.3.2)', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (path, begin, length) => {
          const range = { path, begin, end: begin + length };
          expect(splitName(shardName(path, begin, begin + length), 'shards')).toEqual(range);
        },
      ),
    );
    for (const name of ['w', 'w:0', 'w:5:5', 'w:7:5', 'w:0:1.5', 'w:00:5', 'w:-1:5', ':0:5', `w:0:${'9'.repeat(17)}`]) {
      expect(codeOf(() => splitName(name, 'shards'))).toBe('unsafe-name');
    }
  });

  it.each(['', '/a', '../a', 'a/../b', './a', 'a//b', 'a/', '.', '..', 'a\0b', '\ud800', 'x'.repeat(5000)])(
    'that are no canonical path are refused: %j (OMS §6.1.2)',
    (name) => {
      expect(pathFault(name)).not.toBeNull();
      expect(codeOf(() => checkManifest(manifest(named(name))))).toBe('unsafe-name');
    },
  );

  it.each(['a', 'a b', 'a\nb', '..a', 'a..', '.hidden', 'a:b', 'é', '\\', '🙂/ü'])('may be odd: %j', (name) => {
    expect(pathFault(name)).toBeNull();
  });

  it('are a file or a folder, not both', () => {
    expect(codeOf(() => checkManifest(manifest(named('a', 'a/b'))))).toBe('unsafe-name');
  });

  it('to ignore are exact, with what is inside them (OMS §6.2.1)', () => {
    const ignored = new Set(['cache', 'a/b']);
    for (const path of ['cache', 'cache/x/y', 'a/b', 'a/b/c']) expect(isIgnored(path, ignored)).toBe(true);
    for (const path of ['sub/cache', 'cache2', 'a', 'a/bc']) expect(isIgnored(path, ignored)).toBe(false);
    expect(parseIgnorePath('./a/b/')).toBe('a/b');
    for (const path of ['*.bin', 'a?', '[x]', '/abs', '../up', '.', '']) {
      expect(codeOf(() => parseIgnorePath(path))).toBe('ignore-path-invalid');
    }
  });
});

describe('a manifest', () => {
  it('covers something (reference defect 4: zero resources)', () => {
    expect(codeOf(() => checkManifest(manifest([])))).toBe('empty-manifest');
  });

  it('names nothing twice (reference defect 4)', () => {
    expect(codeOf(() => checkManifest(manifest(named('a', 'a'))))).toBe('duplicate-name');
  });

  it('has digests as long as its hash makes them', () => {
    for (const length of [62, 66, 128]) {
      const resources = [{ name: 'a', digest: '0'.repeat(length) }];
      expect(codeOf(() => checkManifest(manifest(resources)))).toBe('algorithm-mismatch');
    }
  });

  it('has shards without gaps or overlaps', () => {
    expect(checkManifest(manifest(named('w:0:10', 'w:10:20', 'w:20:23'), 10))).toBe('code-point');
    for (const names of [['w:10:20'], ['w:0:10', 'w:20:30'], ['w:0:11'], ['w:0:5', 'w:5:10'], ['w:0:10', 'w:0:5']]) {
      const sorted = sortResources(named(...names), 'code-point');
      expect(codeOf(() => checkManifest(manifest(sorted, 10)))).toBe('unsafe-name');
    }
  });
});
