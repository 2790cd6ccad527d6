import type { ActionId } from '../contract/actions.ts';
import type { Scope } from '../contract/types/common.ts';
import type { Caller } from './caller.ts';

/** Whether a caller may do something, by which policies and grants, and if not, what is missing. */
export interface AccessDecision {
  readonly allowed: boolean;
  /** Ids of the policies that decided; empty: nothing allows it. */
  readonly policies: readonly string[];
  readonly policyVersion: number;
  /** Grants whose roles took part. */
  readonly grants: readonly string[];
  /** Plain sentences for the caller; they tell nothing about other principals. */
  readonly reasons: readonly string[];
  /** Would be allowed after this: the console asks for it. */
  readonly demand?: 'step-up' | 'second-factor' | 'purpose';
}

/** Decides by the active policies; fails closed. The warm path asks no database. */
export interface Authorizer {
  decide(caller: Caller, action: ActionId, scope: Scope): Promise<AccessDecision>;
}
