import { describe, expect, it } from 'vitest';
import { parseDocument } from './documents.ts';

const parse = (kind: Parameters<typeof parseDocument>[0], value: unknown) => parseDocument(kind, JSON.stringify(value));

describe('documents of strangers', () => {
  it('leaves out findings that are none, and keeps the others', () => {
    const good = { ruleId: 'r', location: { path: 'a', offset: 'x' }, severity: 'odd', data: [1] };
    const { artifacts } = parse('scan-report', {
      artifacts: [{ path: 7, findings: [1, null, good, { ruleId: 2 }] }, 5],
    }) as {
      artifacts: { path: string; findings: { severity: string; location: object; data: object }[] }[];
    };
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]?.path).toBe('');
    expect(artifacts[0]?.findings).toHaveLength(1);
    // A severity that is not known is not taken for harmless.
    expect(artifacts[0]?.findings[0]).toMatchObject({ severity: 'high', location: { path: 'a' }, data: {} });
  });

  it.each([[null], [[]], ['text'], [5]])('refuses %j as a report', (value) => {
    expect(() => parse('scan-report', value)).toThrow('another shape');
  });

  it('reads statements one by one or in lists', () => {
    const origin = { file: 'README.md', pointer: '/license' };
    expect(
      parse('facts', {
        statements: { task: { value: 'x', origin }, tags: [{ value: 'a', origin }, 3], isFolder: true },
      }),
    ).toMatchObject({
      statements: { task: [{ value: 'x', origin }], tags: [{ value: 'a', origin }], isFolder: [] },
      tensors: [],
    });
  });
});
