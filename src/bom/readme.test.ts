import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../bytes/limits.ts';
import { parseConversion } from './conversion.ts';
import { pathReference, Refs, webAddress } from './refs.ts';
import { readCard } from './readme.ts';

const read = (text: string) => readCard(text, 'README.md', defaultLimits);

describe('a model card', () => {
  test('is split into front matter and sections', () => {
    const card = read(
      '---\nlicense: mit\n---\n# T\n## **Limitations** ##\nIt fails.\n### Uses\nFor fun.\n```\n# Limitations\n```\n',
    );
    expect(card.front?.kind).toBe('map');
    expect(card.limitations).toEqual([{ value: 'It fails.', origin: { file: 'README.md', pointer: 'Limitations' } }]);
    expect(card.useCases.map((one) => one.value)).toEqual(['For fun. ``` # Limitations ```']);
  });

  test.each([
    '[More Information Needed]',
    '- [More Information Needed]\n- [More Information Needed]',
    'TODO',
    'N/A.',
    '<!-- say something -->\n',
    '\n\n',
  ])('says nothing with %j', (text) => {
    expect(read(`## Limitations\n${text}\n`).limitations).toEqual([]);
  });

  test.each(['', 'no front matter', '--- \nlicense: mit', ' ---\nlicense: mit\n---\n', '---\n- a list\n---\n'])(
    'has no front matter in %j',
    (text) => expect(read(text).front).toBeUndefined(),
  );

  test.each(['#', ' ', '# ', '<!--', '[', 'none ', '- ', '---\n', '`', '\u202e', '...\n'])(
    'of %j a hundred thousand times over is read to its end',
    (part) => {
      const text = part.repeat(100_000);
      for (const one of [text, `---\n${text}`, `## Limitations\n${text}x`]) expect(read(one).ethics).toEqual([]);
    },
  );

  test('of any text is read without an error', () => {
    const piece = fc.constantFrom(
      '---\n',
      '## Limitations\n',
      '<!--',
      '-->',
      '```\n',
      'license: mit\n',
      '&a *a\n',
      '[TODO]',
      '!!x ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (parts) => {
        const card = read(parts.join(''));
        for (const { value } of [...card.limitations, ...card.useCases]) expect(value.length).toBeLessThan(2100);
      }),
    );
  });
});

test('records of any shape are read or refused, never an error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect([null, 'object']).toContain(parseConversion(text, 'x') === null ? null : 'object');
    }),
  );
});

describe('references', () => {
  test('of different names differ, even when they look alike', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom('\u202e', '\\u{202e}', '\n', '\\n'))),
        (names) => {
          const refs = new Refs();
          expect(new Set(names.map((name) => refs.of('file', name))).size).toBe(names.length);
          for (const name of names) expect(refs.of('file', name)).toBe(refs.of('file', name));
        },
      ),
    );
  });

  test('to paths have no character that means something else there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (path) => {
        expect(pathReference(path)).toMatch(/^(?:[\w.~/-]|%[0-9A-F]{2})*$/);
      }),
    );
    expect(pathReference('a b/c:d#?.bin')).toBe('a%20b/c%3Ad%23%3F.bin');
  });

  test.each([
    'javascript:alert(1)',
    'http://a b',
    'https://exa\u202emple.org',
    'ftp://x',
    '//x',
    'https://x/"',
    undefined,
  ])('lead nowhere for %j', (text) => expect(webAddress(text)).toBeUndefined());
});
