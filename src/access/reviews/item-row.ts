import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { Role } from '../../contract/actions.ts';
import type { reviewItem } from '../../contract/types/policies.ts';
import type { Database } from '../../store/tables/index.ts';
import type { ReviewItemTable } from '../../store/tables/reviews.ts';
import { namePrincipals } from '../services/directory.ts';
import type { Proposal } from './proposals.ts';
import { timeTextOrNull } from '../../contract/time-text.ts';

export type ItemView = z.infer<typeof reviewItem>;

/** Items as they are shown, with the names that people have now. */
export async function itemViews(
  read: Kysely<Database>,
  rows: readonly ReviewItemTable[],
): Promise<readonly ItemView[]> {
  const person = (id: string) => ({ kind: 'person' as const, id });
  const name = await namePrincipals(read, [
    ...rows.map((row) => ({ kind: row.principal_kind, id: row.principal_id })),
    ...rows.flatMap((row) => (row.decided_by === null ? [] : [person(row.decided_by)])),
  ]);
  return rows.map((row) => ({
    id: row.id,
    campaignId: row.campaign_id,
    grantId: row.grant_id,
    principal: name({ kind: row.principal_kind, id: row.principal_id }),
    role: row.role as Role,
    scope: { ...scopeOf(row), name: row.scope_name },
    lastUsedAt: timeTextOrNull(row.last_used_at),
    proposals: JSON.parse(row.proposals) as Proposal[],
    decision: row.decision,
    decidedBy: row.decided_by === null ? null : name(person(row.decided_by)),
    decidedAt: timeTextOrNull(row.decided_at),
    comment: row.comment,
  }));
}

function scopeOf({ scope_kind: kind, scope_id: id }: ReviewItemTable) {
  return kind === 'server' ? { kind } : { kind, id };
}
