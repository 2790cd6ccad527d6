import { describe, expect, test } from 'vitest';
import { attentionFor, type Situation } from './attention.ts';

const calm: Situation = {
  nowMs: 1_000_000_000,
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
  versionsUnexamined: 0,
  unsignedSinceMs: null,
  witnessFaults: [],
};

describe('what needs attention', () => {
  test('is nothing when all is well', () => {
    expect(attentionFor(calm)).toEqual([]);
    expect(attentionFor({ ...calm, failedSignIns: 9, unsignedSinceMs: calm.nowMs - 60_000 })).toEqual([]);
  });

  const cases: readonly (readonly [string, Partial<Situation>])[] = [
    ['single-administrator', { administrators: 1 }],
    ['strong-factor-missing', { withoutStrongFactor: 1 }],
    ['failed-sign-ins', { failedSignIns: 10 }],
    ['services-ownerless', { ownerless: 2 }],
    ['keys-expiring', { keysExpiring: 2 }],
    ['keys-unused', { keysUnused: 1 }],
    ['policies-proposed', { proposals: 1 }],
    ['reviews-overdue', { reviewsOverdue: 1 }],
    ['reviews-waiting', { notices: [{ kind: 'review-requested', open: 3 }] }],
    ['jobs-failed', { jobsFailed: 3 }],
    ['versions-unexamined', { versionsUnexamined: 1 }],
    ['checkpoint-late', { unsignedSinceMs: calm.nowMs - 700_000 }],
    ['witness-faults', { witnessFaults: ['w1', 'w2'] }],
  ];
  test.each(cases)('%s', (kind, change) => {
    const found = attentionFor({ ...calm, ...change });
    expect(found.map((item) => item.kind)).toEqual([kind]);
    expect(found[0]?.title).toMatch(/^[A-Z0-9].*[^.]$/);
  });

  test('comes the most urgent first', () => {
    const all = attentionFor(Object.assign({ ...calm }, ...cases.map(([, change]) => change)) as Situation);
    expect(all).toHaveLength(cases.length);
    const ranks = all.map(({ severity }) => ['critical', 'high', 'medium', 'low', 'info'].indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  test('counts what waits in reviews for whoever looks, and is as urgent as the most urgent of it', () => {
    const waiting = (...notices: Situation['notices']) => attentionFor({ ...calm, notices });
    expect(
      waiting({ kind: 'review-requested', open: 3 }, { kind: 'review-escalated', open: 4 }).map((item) => [
        item.kind,
        item.severity,
        item.count,
      ]),
    ).toEqual([['reviews-waiting', 'high', 7]]);
    expect(waiting({ kind: 'review-due', open: 0 })).toEqual([]);
  });
});
