import { type ActionId, type Role, roles } from '../../contract/actions.ts';
import { recordedActions } from './recorded-actions.ts';

/**
 * The least powerful role that would have been enough, as far as can be known: it allows every act that the ledger shows, and everything
 * else that the present role allows but the ledger would not show, such as reading. Undefined where there is none, or nothing would be lost.
 */
export function narrowerRole(
  role: Role,
  acts: ReadonlySet<ActionId>,
  allowedBy: (role: Role) => ReadonlySet<ActionId>,
): Role | undefined {
  const present = allowedBy(role);
  const needed = [...present].filter((action) => acts.has(action) || !recordedActions.has(action));
  const below = roles.slice(roles.indexOf(role) + 1);
  return below
    .filter((other) => other !== 'service')
    .map((other) => ({ other, allowed: allowedBy(other) }))
    .filter(({ allowed }) => allowed.size < present.size && needed.every((action) => allowed.has(action)))
    .sort((a, b) => a.allowed.size - b.allowed.size)[0]?.other;
}
