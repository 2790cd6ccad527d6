import { useCallback } from 'react';
import type { Role } from '../../../../src/contract/actions.ts';
import { useMay, useMe } from '../../api/hooks.ts';

type ModelAction = 'models.write' | 'models.approve';

/** Roles that open an action where they are held; what policies make of them, only the server knows. */
const opening: Readonly<Record<ModelAction, readonly Role[]>> = {
  'models.write': ['administrator', 'engineer'],
  'models.approve': ['administrator', 'security'],
};

/**
 * Whether to offer an action where it is not known yet which model it is for: it is allowed on the whole server, or some grant on a project
 * or a model is likely to allow it there. What is known of a model says its `actions`.
 */
export function useMayWell(): (action: ModelAction) => boolean {
  const may = useMay();
  const { data: me } = useMe();
  return useCallback(
    (action) =>
      may(action) ||
      (me?.grants.some(({ role, scope }) => scope.kind !== 'server' && opening[action].includes(role)) ?? false),
    [may, me],
  );
}
