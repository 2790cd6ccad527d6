import type { z } from 'zod';
import type { ActionId, Role } from '../../contract/actions.ts';
import type { PrincipalRef, Scope } from '../../contract/types/common.ts';
import type { accessRow } from '../../contract/types/policies.ts';
import type { Change } from '../../store/store.ts';
import type { Paged, Paging } from '../services/paging.ts';

export type AccessRow = z.infer<typeof accessRow>;

/** What reviews need of grants and policies. */
export interface ReviewGround {
  /** Grants that hold now, and what they allow. */
  readonly listAccess: (paging: Paging) => Promise<Paged<AccessRow>>;
  /** What a role allows in a place of this kind, by the active policies. */
  readonly roleActions: (role: Role, kind: Scope['kind']) => Promise<ReadonlySet<ActionId>>;
  /** Takes a grant away within a change. Throws `grant-unknown` or `grant-ended` where there is nothing to take away. */
  readonly takeGrant: (change: Change, by: PrincipalRef | null, taking: Taking) => Promise<unknown>;
}

interface Taking {
  readonly grantId: string;
  readonly reason: string;
  readonly atMs: number;
}
