import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBom } from './parse-bom.ts';
import { uniqueItems } from './unique-items.ts';
import { schemaProblems } from './validate.ts';

const bomOf = (components: readonly unknown[]): object => ({ bomFormat: 'CycloneDX', specVersion: '1.6', components });

describe('a document', () => {
  test('of very many components is checked in one pass (uniqueItems, JSON Schema validation §6.4.3)', async () => {
    const many = Array.from({ length: 50_000 }, (_, index) => ({ type: 'file', name: `f${index}` }));
    expect(await schemaProblems(bomOf(many), 'CycloneDX 1.6')).toEqual([]);
    const twice = await schemaProblems(bomOf([...many, { name: 'f7', type: 'file' }]), 'CycloneDX 1.6');
    expect(twice).toEqual(['/components must NOT have duplicate items']);
  });

  test('that is nested too deep, or has a key twice, is none', () => {
    const read = (text: string): unknown => parseBom(Buffer.from(text), 'x');
    for (const text of [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, '{"a": 1, "a": 2}', '{', '\ud800']) {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'not-a-bom' }));
    }
    expect(read('{"a": [1]}')).toEqual({ a: [1] });
  });
});

test('items are distinct exactly when no two of them are deeply equal', () => {
  const isUnique = (items: readonly unknown[]): unknown => uniqueItems.validate?.(true, items);
  const value = fc.oneof(
    fc.constantFrom({ a: 1, b: '1' }, { b: '1', a: 1 }, '1', 1, [1], ['1'], null, '{}', {}),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (made) => {
      const items = JSON.parse(JSON.stringify(made)) as unknown[];
      const isEqual = items.some((one, index) => items.slice(index + 1).some((other) => isDeepStrictEqual(one, other)));
      expect(isUnique(items)).toBe(!isEqual);
    }),
    { numRuns: 500 },
  );
});
