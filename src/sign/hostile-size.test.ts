import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/sign/code-of.ts';
import { readBundle } from './bundle.ts';
import { signLimits } from './limits.ts';
import { checkManifest, sortResources, type Manifest } from './manifest.ts';
import { parseStatement } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

/** What anybody can put beside a model costs little to refuse, before a signature is looked at. */

const manifestOf = (names: readonly string[], order: 'code-point' | 'path-component' = 'code-point'): Manifest => ({
  modelName: 'm',
  resources: sortResources(
    names.map((name) => ({ name, digest: 'ab'.repeat(32) })),
    order,
  ),
  serialization: { method: 'files', hashType: 'sha256', allowSymlinks: false, ignorePaths: [] },
});

const statement = (predicateType: string, predicate: string, padding = ''): Buffer =>
  Buffer.from(
    `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"m","digest":{"sha256":"${'ab'.repeat(32)}"}}],` +
      `"predicateType":"${predicateType}","predicate":${predicate}${padding}}`,
  );

describe('JSON', () => {
  it('has no more values than its reader needs: 2 bytes of text become 60 of memory', () => {
    expect(codeOf(() => readBundle(`[${'{},'.repeat(signLimits.maxBundleValues)}1]`))).toBe('size-limit');
    const many = `[${'[],'.repeat(signLimits.maxJsonValues)}1]`;
    expect(codeOf(() => parseStatement(statement('urn:x', many)))).toBe('size-limit');
  });

  it('is counted by what is outside of strings, and whatever is no JSON is called so', () => {
    const read = (text: string, maxValues: number): unknown =>
      parseStrictJson(Buffer.from(text), { code: 'bundle-malformed', what: 'it', maxValues });
    expect(read('["[[,,{{\\",:", {"a:":1}]', 4)).toEqual(['[[,,{{",:', { 'a:': 1 }]);
    expect(codeOf(() => read('[1,2,3]', 3))).toBe('size-limit');
    for (const text of ['"', '"a', '"\\', '"\\"', '{"a', '[1', ''])
      expect(codeOf(() => read(text, 100))).toBe('bundle-malformed');
  });

  it('with a key twice is refused, wherever the key is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, key) => {
        const read = (text: string): string =>
          codeOf(() => parseStrictJson(Buffer.from(text), { code: 'bundle-malformed', what: 'it' }));
        const name = JSON.stringify(key);
        expect(read(`{${name}: ${JSON.stringify(value)}}`)).toBe('none');
        expect(read(`[{${name}: ${JSON.stringify(value)}, ${name}:1}]`)).toBe('bundle-malformed');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a statement', () => {
  const type = 'https://model_signing/signature/v1.0';
  const how = '"serialization":{"method":"files","hash_type":"sha256","allow_symlinks":false}';

  it('is given up at the first resource that is none', () => {
    const payload = statement(type, `{"resources":[${'{},'.repeat(200_000)}{}],${how}}`);
    expect(() => parseStatement(payload)).toThrow(/resources\.0\.name/);
  });

  it('of version 0.2 is small, for it takes many times its size to verify', () => {
    const padding = ' '.repeat(signLimits.maxLegacyBytes);
    const payload = statement('https://model_signing/Digests/v0.1', '{}', padding);
    expect(codeOf(() => parseStatement(payload))).toBe('size-limit');
  });
});

describe('names of files', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '0', '\ue000', '\u{1f600}'), minLength: 1 });
  const path = fc.array(
    part.filter((one) => one !== '.' && one !== '..'),
    { minLength: 1, maxLength: 4 },
  );

  it('are sorted by component as if they were taken apart', () => {
    const byParts = (a: readonly string[], b: readonly string[]): number => {
      for (const [index, one] of a.entries()) {
        const other = b[index];
        if (other === undefined) return 1;
        if (one !== other) return Buffer.compare(Buffer.from(one), Buffer.from(other));
      }
      return a.length - b.length;
    };
    fc.assert(
      fc.property(fc.array(path), (paths) => {
        const names = manifestOf(
          paths.map((one) => one.join('/')),
          'path-component',
        ).resources.map(({ name }) => name);
        expect(names).toEqual(paths.toSorted(byParts).map((one) => one.join('/')));
      }),
    );
  });

  it('are files or folders, never both', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { selector: (one) => one.join('/'), minLength: 1 }), (paths) => {
        const names = new Set(paths.map((one) => one.join('/')));
        const isBoth = paths.some((one) => one.some((_, end) => end > 0 && names.has(one.slice(0, end).join('/'))));
        for (const order of ['code-point', 'path-component'] as const) {
          expect(codeOf(() => checkManifest(manifestOf([...names], order)))).toBe(isBoth ? 'unsafe-name' : 'none');
        }
      }),
    );
  });

  it.each(['', '/a', 'a/', 'a//b', './a', 'a/.', '..', 'a/../b', '../a'])('are no %j', (name) => {
    expect(codeOf(() => checkManifest(manifestOf([name])))).toBe('unsafe-name');
  });

  it.each(['.a', '...', 'a/...', 'a..', '..a/b', 'a/.b'])('may be %j', (name) => {
    expect(codeOf(() => checkManifest(manifestOf([name])))).toBe('none');
  });
});
