import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { unknownFields } from './unknown-fields.ts';

const of = (schema: z.ZodType, given: unknown): readonly string[] => unknownFields(given, schema.parse(given), 'body');

describe('fields that a schema does not name', () => {
  test('are found at any depth', () => {
    const schema = z.object({ a: z.object({ b: z.number() }), list: z.array(z.object({ c: z.string() })) });
    expect(of(schema, { a: { b: 1 }, list: [{ c: 'x' }] })).toEqual([]);
    expect(of(schema, { a: { b: 1, role: 'x' }, list: [{ c: 'x' }, { c: 'y', d: 1 }], e: 1 })).toEqual([
      'body.a.role',
      'body.list.1.d',
      'body.e',
    ]);
  });

  test('are none where the schema takes any name, or changes values', () => {
    expect(of(z.record(z.string(), z.json()), { any: { thing: [1] } })).toEqual([]);
    expect(of(z.looseObject({}), { any: 1 })).toEqual([]);
    expect(of(z.object({ name: z.string().trim(), n: z.coerce.number() }), { name: ' x ', n: '1' })).toEqual([]);
  });

  test('are found in the branch of a choice that was taken', () => {
    const scope = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('server') }),
      z.object({ kind: z.literal('project'), id: z.string() }),
    ]);
    expect(of(scope, { kind: 'server', id: 'prj_x' })).toEqual(['body.id']);
  });
});
