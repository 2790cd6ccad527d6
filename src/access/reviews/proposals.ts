import type { z } from 'zod';
import type { ActionId, Role } from '../../contract/actions.ts';
import type { reviewItem } from '../../contract/types/policies.ts';
import { dayMs } from './limits.ts';
import { narrowerRole } from './narrower-role.ts';

export type Proposal = z.infer<typeof reviewItem>['proposals'][number];

/** What is known about a grant when a campaign starts. Times in ms since 1970. */
export interface GrantFacts {
  readonly role: Role;
  readonly givenAt: number;
  readonly lastUsedAt: number | null;
  /** Separation-of-duty conflicts, as sentences. */
  readonly conflicts: readonly string[];
  /** Why nobody answers for it any more; null where somebody does. */
  readonly orphaned: string | null;
  /** Acts of the principal that the ledger shows in the last `unusedDays`. */
  readonly acts: ReadonlySet<ActionId>;
}

export interface ProposalRules {
  readonly nowMs: number;
  readonly unusedDays: number;
  /** What each role allows where the grant holds, by the active policies. */
  readonly allowedBy: (role: Role) => ReadonlySet<ActionId>;
}

/** What speaks for taking a grant away. Proposals only: people decide. */
export function proposalsFor(facts: GrantFacts, rules: ProposalRules): readonly Proposal[] {
  return [orphaned(facts), unused(facts, rules), excessive(facts, rules), ...facts.conflicts.map(conflict)].filter(
    (one) => one !== undefined,
  );
}

const conflict = (why: string): Proposal => ({ kind: 'conflict', why });

function orphaned({ orphaned: why }: GrantFacts): Proposal | undefined {
  return why === null ? undefined : { kind: 'expired-owner', why };
}

/** A grant that was given a moment ago is not unused: it has had no time to be used. */
function unused({ givenAt, lastUsedAt }: GrantFacts, { nowMs, unusedDays }: ProposalRules): Proposal | undefined {
  const days = Math.floor((nowMs - (lastUsedAt ?? givenAt)) / dayMs);
  if (days < unusedDays) return undefined;
  const why = lastUsedAt === null ? `never used since it was given ${days} days ago` : `last used ${days} days ago`;
  return { kind: 'unused', why };
}

function excessive(facts: GrantFacts, { allowedBy, nowMs, unusedDays }: ProposalRules): Proposal | undefined {
  const { givenAt, lastUsedAt } = facts;
  const timeMs = unusedDays * dayMs;
  // Until the time is over, what was not done yet may still be done; and what is not used at all is said to be unused.
  if (nowMs - givenAt < timeMs || lastUsedAt === null || nowMs - lastUsedAt >= timeMs) return undefined;
  const narrower = narrowerRole(facts.role, facts.acts, allowedBy);
  if (narrower === undefined) return undefined;
  const shown = facts.acts.size === 0 ? 'no act that changes anything' : `only ${[...facts.acts].sort().join(', ')}`;
  const why = `in ${unusedDays} days the ledger shows ${shown}: the role ${narrower} would do (reading is not recorded; this role reads as much)`;
  return { kind: 'excessive', why };
}
