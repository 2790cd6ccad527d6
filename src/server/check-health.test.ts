import { expect, test } from 'vitest';
import { defaultPolicies } from '../access/policies/default-policies.ts';
import { PreparedPolicies } from '../access/policies/prepared-policies.ts';
import { healthCheck } from './check-health.ts';
import type { Services } from './services.ts';

type Parts = Parameters<ReturnType<typeof healthCheck>>[0];

function partsWith(access: object): Parts {
  return {
    store: { read: { selectNoFrom: () => ({ execute: async () => [] }) } },
    blobs: { probe: async () => undefined },
    jobs: { counts: async () => ({}) },
    counters: { probe: async () => undefined },
    access,
  } as unknown as Services;
}

const accessBy = (text: string) => ({
  records: { fresh: async () => undefined, policies: { prepared: new PreparedPolicies(text) } },
});

test('is ok where every part answers, a decision too', async () => {
  const { status, checks } = await healthCheck(() => 0)(partsWith(accessBy(defaultPolicies)));
  expect({ status, checks }).toEqual({
    status: 'ok',
    checks: { records: 'ok', blobs: 'ok', jobs: 'ok', counters: 'ok', access: 'ok' },
  });
});

test.each([
  ['no policies are in force', { records: { fresh: async () => undefined, policies: undefined } }],
  [
    'they cannot be read',
    { records: { fresh: async () => Promise.reject(new Error('away')), ...accessBy(defaultPolicies) } },
  ],
  [
    'Cedar cannot evaluate them',
    accessBy(
      `${defaultPolicies}@id("x") forbid (principal, action, resource) when { 9223372036854775807 + context.level > 0 };`,
    ),
  ],
])('is failing where %s: this server denies everything', async (_, access) => {
  const { status, checks } = await healthCheck(() => 0)(partsWith(access));
  expect({ status, access: checks['access'] }).toEqual({ status: 'failing', access: 'failing' });
});
