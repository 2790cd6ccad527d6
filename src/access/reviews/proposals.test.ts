import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ActionId, actionIds, type Role } from '../../contract/actions.ts';
import { type GrantFacts, proposalsFor } from './proposals.ts';
import { actionsByActivity, recordedActions } from './recorded-actions.ts';

const DAY_MS = 86_400_000;
const nowMs = 1000 * DAY_MS;

const allowed: Partial<Readonly<Record<Role, readonly ActionId[]>>> = {
  administrator: ['people.read', 'services.read', 'services.change', 'keys.issue', 'keys.revoke', 'grants.take'],
  security: ['people.read', 'services.read', 'grants.take', 'keys.revoke'],
  auditor: ['people.read', 'services.read'],
  member: ['people.read'],
};

const daysAgo = (days: number) => nowMs - days * DAY_MS;

function kinds(facts: Partial<GrantFacts>) {
  const whole = {
    role: 'administrator' as const,
    givenAt: daysAgo(300),
    lastUsedAt: daysAgo(1),
    conflicts: [],
    orphaned: null,
    acts: new Set(actionIds),
    ...facts,
  };
  const allowedBy = (role: Role) => new Set(allowed[role] ?? []);
  return proposalsFor(whole, { nowMs, unusedDays: 90, allowedBy });
}

describe('proposals to take a grant away', () => {
  test('unused: from the day on, counted from when it was given where it was never used', () => {
    expect(kinds({ lastUsedAt: daysAgo(90) })).toMatchObject([{ kind: 'unused', why: 'last used 90 days ago' }]);
    expect(kinds({ lastUsedAt: daysAgo(90) + 1 })).toEqual([]);
    expect(kinds({ lastUsedAt: null, givenAt: daysAgo(89) })).toEqual([]);
    expect(kinds({ lastUsedAt: null, givenAt: daysAgo(90) })).toMatchObject([{ kind: 'unused' }]);
  });

  test('excessive: the least powerful role that would have done for everything shown, and for all reading', () => {
    expect(kinds({ acts: new Set() })).toMatchObject([
      { kind: 'excessive', why: expect.stringContaining('auditor') as string },
    ]);
    expect(kinds({ acts: new Set(['keys.revoke']) })).toMatchObject([
      { kind: 'excessive', why: expect.stringMatching(/only keys\.revoke: the role security would do/) as string },
    ]);
    expect(kinds({ acts: new Set(['keys.issue']) })).toEqual([]);
  });

  test('excessive is not said of a grant that had no time to be used, or was not used at all', () => {
    expect(kinds({ acts: new Set(), givenAt: daysAgo(89) })).toEqual([]);
    expect(kinds({ acts: new Set(), lastUsedAt: null }).map(({ kind }) => kind)).toEqual(['unused']);
  });

  test('acts from other grants of the same principal do not keep this one', () => {
    expect(kinds({ role: 'security', acts: new Set(['keys.issue']) })).toMatchObject([{ kind: 'excessive' }]);
  });

  test('conflicts and missing owners come with their reasons', () => {
    expect(kinds({ conflicts: ['may do both'], orphaned: 'nobody answers for it' })).toEqual([
      { kind: 'expired-owner', why: 'nobody answers for it' },
      { kind: 'conflict', why: 'may do both' },
    ]);
  });
});

test('every activity that stands for an action is one that the program records', () => {
  const root = join(import.meta.dirname, '..', '..');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('recorded-actions.ts'),
  );
  const sources = files.map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
  expect(files.length).toBeGreaterThan(100);
  for (const activity of Object.keys(actionsByActivity)) expect(sources, activity).toContain(`'${activity}'`);
});

test('reading is never taken for recorded', () => {
  expect([...recordedActions].filter((action) => action.endsWith('.read') && action !== 'models.read')).toEqual([]);
});
