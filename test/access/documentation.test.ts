import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { conflictRules } from '../../src/access/grants/conflicts.ts';
import { roleActions } from '../../src/access/grants/role-actions.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import { AccessError, accessErrorCodes } from '../../src/access/policies/errors.ts';
import { PreparedPolicies } from '../../src/access/policies/prepared-policies.ts';
import { actionIds, actions, roles } from '../../src/contract/actions.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'access.md'), 'utf8');
const code = (id: string): string => `\`${id}\``;

test('docs/access.md tells what each role may do, as the policies have it', () => {
  const policies = new PreparedPolicies(defaultPolicies);
  const rows = roles.map((role) => {
    const allowed = [...roleActions(policies, role, 'server', 0)];
    return `| ${code(role)} | ${allowed.length === actionIds.length ? 'everything' : allowed.map(code).join(', ')} |`;
  });
  expect(text).toContain(['| role | may |', '|---|---|', ...rows].join('\n'));
});

test('docs/access.md names the actions that need step-up', () => {
  expect(text).toContain(
    actionIds
      .filter((id) => 'stepUp' in actions[id])
      .map(code)
      .join(', '),
  );
});

test('docs/access.md lists the conflicts', () => {
  const rows = conflictRules.map(({ actions: [one, other], why }) => `| ${code(one)} and ${code(other)} | ${why} |`);
  expect(text).toContain(rows.join('\n'));
});

test('docs/access.md lists every error as the table has it', () => {
  const rows = accessErrorCodes.map((id) => {
    const { httpStatus, message } = AccessError.of(id, '');
    return `| ${code(id)} | ${httpStatus} | ${message.replace(/: $/, '')} |`;
  });
  const listed = text.split('\n').filter((line) => /^\| `[a-z-]+` \| \d{3} \|/.test(line));
  expect(listed).toEqual(rows);
});
