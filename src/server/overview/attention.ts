import type { z } from 'zod';
import type { ShownNotice } from '../../access/reviews/notices.ts';
import { serviceLimits } from '../../access/services/limits.ts';
import type { attention } from '../../contract/types/server.ts';
import { timeText } from '../../contract/time-text.ts';

export type Attention = z.infer<typeof attention>;

const DAY_MS = 86_400_000;

/** Thresholds of what needs attention. */
export const attentionLimits = {
  unusedKeyDays: 30,
  failedSignIns: 10,
  failedSignInMinutes: 15,
  checkpointMinutes: 10,
} as const;

/** What the records say at one moment, as far as somebody may have to act on it. Times in ms since 1970. */
export interface Situation {
  readonly nowMs: number;
  readonly administrators: number;
  /** Active people whose role demands a strong factor and who have none. */
  readonly withoutStrongFactor: number;
  readonly failedSignIns: number;
  /** Services that work, and whose owner's account does not. */
  readonly ownerless: number;
  /** Keys that end soon and have no successor. */
  readonly keysExpiring: number;
  readonly keysUnused: number;
  readonly proposals: number;
  readonly reviewsOverdue: number;
  /** What waits in reviews for whoever looks. */
  readonly notices: readonly Pick<ShownNotice, 'kind' | 'open'>[];
  readonly jobsFailed: number;
  /** Released versions that could not be examined again. */
  readonly versionsUnexamined: number;
  /** Of the entry that no checkpoint covers yet and has waited longest; null where all are covered. */
  readonly unsignedSinceMs: number | null;
  readonly witnessFaults: readonly string[];
}

type Rule = (situation: Situation) => Attention | undefined;

const one = (count: number, singular: string, plural: string): string =>
  count === 1 ? `One ${singular}` : `${count} ${plural}`;

const rules: readonly Rule[] = [
  ({ administrators }) =>
    administrators === 1
      ? {
          kind: 'single-administrator',
          severity: 'medium',
          title: 'There is only one administrator',
          detail:
            'If this person cannot sign in, nobody can give access any more, and nobody can check what he changes.',
          href: '/grants',
          count: 1,
        }
      : undefined,
  ({ withoutStrongFactor: count }) =>
    count > 0
      ? {
          kind: 'strong-factor-missing',
          severity: 'high',
          title: `${one(count, 'person', 'people')} with a powerful role ${count === 1 ? 'has' : 'have'} no strong factor`,
          detail: 'They can do nothing until they add a passkey or an authenticator app.',
          href: '/people',
          count,
        }
      : undefined,
  ({ failedSignIns: count }) =>
    count >= attentionLimits.failedSignIns
      ? {
          kind: 'failed-sign-ins',
          severity: 'high',
          title: `${count} failed sign-ins in ${attentionLimits.failedSignInMinutes} minutes`,
          detail: 'Somebody may be guessing passwords. The ledger shows which accounts were tried.',
          href: '/ledger?activity=session.&outcome=failure',
          count,
        }
      : undefined,
  ({ ownerless: count }) =>
    count > 0
      ? {
          kind: 'services-ownerless',
          severity: 'medium',
          title: `${one(count, 'service has', 'services have')} an owner whose account is shut`,
          detail: 'They go on working, and nobody answers for them: name another owner, or disable them.',
          href: '/services',
          count,
        }
      : undefined,
  ({ notices }) => {
    const count = notices.reduce((sum, { open }) => sum + open, 0);
    return count > 0
      ? {
          kind: 'reviews-waiting',
          severity: notices.some(({ kind }) => kind === 'review-escalated') ? 'high' : 'medium',
          title: `${one(count, 'grant waits', 'grants wait')} for your review`,
          detail: 'Certify what is still needed and revoke the rest.',
          href: '/reviews',
          count,
        }
      : undefined;
  },
  ({ keysExpiring: count }) =>
    count > 0
      ? {
          kind: 'keys-expiring',
          severity: 'low',
          title: `${one(count, 'key ends', 'keys end')} within ${serviceLimits.endingSoonMs / DAY_MS} days`,
          detail: 'Rotate them before the programs that use them stop working.',
          href: '/services',
          count,
        }
      : undefined,
  ({ keysUnused: count }) =>
    count > 0
      ? {
          kind: 'keys-unused',
          severity: 'low',
          title: `${one(count, 'key was', 'keys were')} not used for ${attentionLimits.unusedKeyDays} days`,
          detail: 'A key that nobody uses only helps whoever finds it: revoke it.',
          href: '/services',
          count,
        }
      : undefined,
  ({ proposals: count }) =>
    count > 0
      ? {
          kind: 'policies-proposed',
          severity: 'medium',
          title: `${one(count, 'change of policies waits', 'changes of policies wait')} for a decision`,
          detail: 'Somebody other than the author approves or refuses it.',
          href: '/policies',
          count,
        }
      : undefined,
  ({ reviewsOverdue: count }) =>
    count > 0
      ? {
          kind: 'reviews-overdue',
          severity: 'medium',
          title: `${one(count, 'access review is', 'access reviews are')} overdue`,
          detail: 'Access that nobody certified goes on until it is decided.',
          href: '/reviews',
          count,
        }
      : undefined,
  ({ jobsFailed: count }) =>
    count > 0
      ? {
          kind: 'jobs-failed',
          severity: 'medium',
          title: `${one(count, 'job', 'jobs')} failed`,
          detail: 'What they were asked for was not done. They can be run again.',
          href: '/server',
          count,
        }
      : undefined,
  ({ versionsUnexamined: count }) =>
    count > 0
      ? {
          kind: 'versions-unexamined',
          severity: 'high',
          title: `${one(count, 'released version', 'released versions')} could not be examined again`,
          detail: 'New rules have not seen what they give out. Each says why; whoever owns it has a notice.',
          href: '/models?state=released',
          count,
        }
      : undefined,
  ({ unsignedSinceMs, nowMs }) => {
    const waited = unsignedSinceMs === null ? 0 : nowMs - unsignedSinceMs;
    return waited > attentionLimits.checkpointMinutes * 60_000
      ? {
          kind: 'checkpoint-late',
          severity: 'critical',
          title: 'The ledger is not being signed',
          detail: `Entries wait for a checkpoint since ${timeText(nowMs - waited)}. The log of the server says why.`,
          href: '/checkpoints',
          count: 1,
        }
      : undefined;
  },
  ({ witnessFaults }) =>
    witnessFaults.length > 0
      ? {
          kind: 'witness-faults',
          severity: 'high',
          title: `${one(witnessFaults.length, 'witness does', 'witnesses do')} not cosign the ledger`,
          detail: `Not heard from: ${witnessFaults.join(', ')}.`,
          href: '/checkpoints',
          count: witnessFaults.length,
        }
      : undefined,
];

const order: readonly Attention['severity'][] = ['critical', 'high', 'medium', 'low', 'info'];

/** What somebody should look at, the most urgent first. */
export function attentionFor(situation: Situation): readonly Attention[] {
  const found = rules.map((rule) => rule(situation)).filter((item) => item !== undefined);
  return found.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

export const daysAgo = (nowMs: number, days: number): number => nowMs - days * DAY_MS;
