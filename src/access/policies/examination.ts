import type { PolicyCheck } from './check-policies.ts';
import type { NamedInPolicies } from './named-in-policies.ts';
import type { PolicyOutcome, PolicyRequest } from './request.ts';

/** What the examining thread is asked. */
export type Examination =
  | { readonly kind: 'check'; readonly text: string }
  | { readonly kind: 'names'; readonly text: string }
  | { readonly kind: 'evaluate'; readonly text: string; readonly requests: readonly PolicyRequest[] };

export type Examined =
  | { readonly check: PolicyCheck }
  | { readonly named: NamedInPolicies }
  | { readonly outcomes: readonly PolicyOutcome[] }
  | { readonly error: string };
