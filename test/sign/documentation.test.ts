import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SignError, signErrorCodes } from '../../src/sign/errors.ts';
import { parseSigningPolicy } from '../../src/sign/policy.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'sign.md'), 'utf8');

it('docs/sign.md lists every error as the table has it', () => {
  const rows = signErrorCodes.map((code) => {
    const error = SignError.of(code, '');
    return `| \`${code}\` | ${error.exitCode} | ${error.message.replace(/: $/, '')} |`;
  });
  const listed = text.split('\n').filter((line) => /^\| `[a-z-0-9]+` \| [12] \|/.test(line));
  expect(listed).toEqual(rows);
});

it('the policy in docs/sign.md is one', () => {
  const example = /```yaml\n(.*?)```/s.exec(text)?.[1] ?? '';
  expect(parseSigningPolicy(example, 'docs/sign.md').signers.map(({ name }) => name)).toEqual(['release', 'ci', 'lab']);
});
