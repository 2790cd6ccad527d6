import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell } from './csv.ts';

describe('a cell of the table', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', ' =1', '\u200b=1', '＝1', '＋1', '－1', '＠1'])(
    'that a spreadsheet would run is marked as text: %j (CWE-1236)',
    (text) => {
      expect(csvCell(text)).toBe(`"'${text}"`);
    },
  );

  test('that is harmless stays as it is, quoted (RFC 4180)', () => {
    expect(csvCell('a "b", c\r\nd')).toBe('"a ""b"", c\r\nd"');
    expect(csvCell('1=1')).toBe('"1=1"');
    expect(csvCell(12)).toBe('12');
    expect(csvCell(null)).toBe('');
    expect(csvCell('')).toBe('""');
  });

  test('never begins as a formula, and never ends its quotes early', () => {
    const hostile = fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' ', '"', ',', 'a') });
    fc.assert(
      fc.property(hostile, (text) => {
        const cell = csvCell(text);
        const inner = cell.slice(1, -1).replaceAll('""', '');
        return !/^"[\s]*[=+\-@]/.test(cell) && !/^"[\t\r\n]/.test(cell) && !inner.includes('"');
      }),
    );
  });
});
