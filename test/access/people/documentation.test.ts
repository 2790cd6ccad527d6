import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PeopleError, peopleErrorCodes } from '../../../src/access/people/errors.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'accounts.md'), 'utf8');

test('docs/accounts.md lists every error as the table has it', () => {
  const rows = peopleErrorCodes.map((code) => {
    const error = PeopleError.of(code);
    return `| \`${code}\` | ${error.httpStatus} | ${error.message} |`;
  });
  const listed = text.split('\n').filter((line) => /^\| `[a-z0-9-]+` \| \d{3} \|/.test(line));
  expect(listed).toEqual(rows);
});

test('every error that somebody can do something about says what', () => {
  const without = peopleErrorCodes.filter((code) => PeopleError.of(code).hint === undefined);
  expect(without).toEqual([
    'passkey-unknown',
    'passkey-known',
    'session-unknown',
    'oidc-provider-unknown',
    'oidc-identity-taken',
    'person-unknown',
    'email-taken',
    'person-state',
    'key-unreadable',
  ]);
});
