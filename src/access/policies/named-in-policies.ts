import type { PrincipalRef } from '../../contract/types/common.ts';
import type { ParsedPolicy } from './parse-policies.ts';
import { walk } from './slice.ts';

/** What policies name that nobody would think of who looks at roles only. */
export interface NamedInPolicies {
  /** People and services that a policy names, whether they are there or not. */
  readonly principals: readonly PrincipalRef[];
  /** Texts that may be compared with the purpose. */
  readonly purposes: readonly string[];
  /** Ids of projects and models that a policy names: all of them, because every other one is decided about like its neighbours. */
  readonly places: readonly string[];
}

/** More names than these are not looked at. */
const limits = { maxPrincipals: 200, maxPurposes: 16 } as const;

const placeTypes: ReadonlySet<unknown> = new Set(['Project', 'Model']);
const kinds: Readonly<Record<string, PrincipalRef['kind']>> = { Person: 'person', Service: 'service' };

export function namedInPolicies(policies: readonly ParsedPolicy[]): NamedInPolicies {
  const principals = new Map<string, PrincipalRef>();
  const purposes = new Set<string>();
  const places = new Set<string>();
  for (const { json } of policies) {
    const texts: string[] = [];
    let readsPurpose = false;
    walk(json, (node) => {
      const { type, id, attr, Value: value } = node as Readonly<Record<string, unknown>>;
      const kind = typeof type === 'string' ? kinds[type] : undefined;
      if (kind !== undefined && typeof id === 'string') principals.set(`${kind} ${id}`, { kind, id });
      if (placeTypes.has(type) && typeof id === 'string') places.add(id);
      if (attr === 'purpose') readsPurpose = true;
      if (typeof value === 'string' && value !== '') texts.push(value);
    });
    if (readsPurpose) for (const text of texts) purposes.add(text);
  }
  return {
    principals: [...principals.values()].slice(0, limits.maxPrincipals),
    purposes: [...purposes].slice(0, limits.maxPurposes),
    places: [...places],
  };
}
