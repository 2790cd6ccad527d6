import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LedgerError, ledgerErrorCodes } from '../../src/ledger/errors.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ledger.md'), 'utf8');

test('docs/ledger.md lists every error as the table has it', () => {
  const rows = ledgerErrorCodes.map((code) => {
    const error = LedgerError.of(code, '');
    return `| \`${code}\` | ${error.exitCode} | ${error.message.replace(/: $/, '')} |`;
  });
  const listed = text.split('\n').filter((line) => /^\| `[a-z-0-9]+` \| [12] \|/.test(line));
  expect(listed).toEqual(rows);
});
