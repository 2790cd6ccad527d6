import { type Role, roles } from '../../contract/actions.ts';
import type { ParsedPolicy } from './parse-policies.ts';
import { walk } from './slice.ts';

const known: ReadonlySet<string> = new Set(roles);

/** Roles that a policy names anywhere: grants of these took part when it decided. */
export function rolesNamed({ json }: ParsedPolicy): readonly Role[] {
  const named = new Set<Role>();
  walk(json, (node) => {
    const { type, id } = node as { readonly type?: unknown; readonly id?: unknown };
    if (type === 'Role' && typeof id === 'string' && known.has(id)) named.add(id as Role);
  });
  return [...named];
}
