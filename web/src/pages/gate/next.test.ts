import { describe, expect, it } from 'vitest';
import { safeNext } from './next.ts';

describe('safeNext (CWE-601)', () => {
  it.each(['/people', '/ledger/12?x=1', '/'])('keeps the path %s', (path) => {
    expect(safeNext(path)).toBe(path);
  });

  it.each([
    undefined,
    '',
    'people',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])('refuses %j', (path) => {
    expect(safeNext(path)).toBe('/');
  });
});
