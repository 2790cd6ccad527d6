import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RegistryError, registryErrorCodes } from '../../src/registry/errors.ts';
import { problemCatalogue } from '../../src/server/openapi/problem-catalogue.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'registry.md'), 'utf8');

it('docs/registry.md lists every error as the table has it', () => {
  const rows = registryErrorCodes.toSorted().map((code) => {
    const { httpStatus, message, hint = '' } = RegistryError.of(code);
    return `| \`${code}\` | ${httpStatus} | ${message} | ${hint} |`;
  });
  const listed = text.split('\n').filter((line) => /^\| `[a-z-]+` \| \d{3} \|/.test(line));
  expect(listed).toEqual(rows);
});

it('every error of the registry has a page, which its type leads to', () => {
  const catalogue = problemCatalogue();
  for (const code of registryErrorCodes) {
    const { httpStatus, message } = RegistryError.of(code);
    expect([code, catalogue.get(code)]).toMatchObject([code, { status: httpStatus, summary: message }]);
  }
});
