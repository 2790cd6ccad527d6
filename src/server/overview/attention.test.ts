import { expect, test } from 'vitest';
import { attentionFor, type Situation } from './attention.ts';

const quiet: Situation = {
  nowMs: 0,
  administrators: 2,
  withoutStrongFactor: 0,
  failedSignIns: 0,
  ownerless: 0,
  keysExpiring: 0,
  keysUnused: 0,
  proposals: 0,
  reviewsOverdue: 0,
  notices: [],
  jobsFailed: 0,
  unsignedSinceMs: null,
  witnessFaults: [],
};

const kinds = (more: Partial<Situation>) =>
  attentionFor({ ...quiet, ...more }).map(({ kind, severity, count }) => [kind, severity, count]);

test('services without an owner, and what waits for whoever looks, need attention', () => {
  expect(kinds({})).toEqual([]);
  expect(kinds({ ownerless: 2 })).toEqual([['services-ownerless', 'medium', 2]]);
  const notices = [
    { kind: 'review-requested', open: 3 },
    { kind: 'review-escalated', open: 4 },
  ] as const;
  expect(kinds({ notices, keysExpiring: 1 })).toEqual([
    ['reviews-waiting', 'high', 7],
    ['keys-expiring', 'low', 1],
  ]);
  expect(kinds({ notices: [{ kind: 'review-due', open: 0 }] })).toEqual([]);
});
