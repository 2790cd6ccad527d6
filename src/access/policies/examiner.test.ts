import { afterAll, describe, expect, test } from 'vitest';
import { defaultPolicies } from './default-policies.ts';
import { PolicyExaminer } from './examiner.ts';
import type { PolicyRequest } from './request.ts';

const examiner = new PolicyExaminer();
afterAll(() => examiner.close());

const request: PolicyRequest = {
  principal: { kind: 'person', id: 'per_00000000000000000000000001' },
  roles: ['administrator'],
  action: 'people.read',
  resource: { scope: { kind: 'server' }, projectId: null, classification: 'public' },
  context: {
    level: 2,
    recentlyVerified: false,
    address: '192.0.2.1',
    hour: 1,
    weekday: 1,
    purpose: '',
    classification: 'public',
    sensitivity: 0,
    credential: 'session',
  },
};

describe('examining policies in a thread of its own', () => {
  test('the policies that come with the program are valid, without a warning', async () => {
    expect(await examiner.check(defaultPolicies)).toEqual({ valid: true, faults: [] });
  });

  test('answers what they would decide', async () => {
    const denied = { ...request, roles: [] };
    const outcomes = await examiner.evaluate(defaultPolicies, [request, denied]);
    expect(outcomes).toEqual([
      { allowed: true, policies: ['administrator'], roles: ['administrator'], failed: [] },
      { allowed: false, policies: [], roles: [], failed: [] },
    ]);
  });

  test('goes on with a new thread after policies that cannot be parsed', async () => {
    await expect(examiner.evaluate('permit (', [request])).rejects.toMatchObject({ code: 'policy-invalid' });
    expect((await examiner.check(defaultPolicies)).valid).toBe(true);
  });

  test('stops what takes too long, and goes on', async () => {
    const hasty = new PolicyExaminer({ maxMs: 1 });
    await expect(hasty.check(defaultPolicies)).rejects.toMatchObject({ code: 'policy-examination-failed' });
    await hasty.close();
  });
});
