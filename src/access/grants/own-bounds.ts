import { type Role, roles } from '../../contract/actions.ts';
import type { Conditions } from '../../contract/types/people.ts';
import { classifications } from '../policies/request.ts';
import { isPartOf } from '../services/networks.ts';
import type { Grant } from './grant.ts';

/** What is to be given, as far as it can be more than what the giver has. */
export interface GivenPower {
  readonly role: Role;
  readonly conditions: Conditions;
  /** ms since 1970; null: no end. */
  readonly expiresAtMs: number | null;
}

/** Whether a grant is no more than another one is: no greater role, no later end, and at least as many conditions. */
export function isWithin(given: GivenPower, own: Grant): boolean {
  if (roles.indexOf(own.role) > roles.indexOf(given.role)) return false;
  const { expiresAtMs: ownEnd } = own;
  if (ownEnd !== null && (given.expiresAtMs === null || given.expiresAtMs > ownEnd)) return false;
  return isAsNarrow(given.conditions, own.conditions);
}

/** Whether all that meets the first conditions meets the second ones too. What is not plainly so is not. */
function isAsNarrow(given: Conditions, own: Conditions): boolean {
  return (
    (own.level !== 2 || given.level === 2) &&
    areWithin(given.networks, own.networks, isPartOf) &&
    isInHours(given.hours, own.hours) &&
    areWithin(given.purposes, own.purposes, (one, other) => one === other) &&
    isAsPublic(given.maxClassification, own.maxClassification)
  );
}

/** An empty list stands for anything. */
function areWithin(
  given: readonly string[] = [],
  own: readonly string[] = [],
  isCovered: (one: string, other: string) => boolean,
): boolean {
  if (own.length === 0) return true;
  return given.length > 0 && given.every((one) => own.some((other) => isCovered(one, other)));
}

function isInHours(given: Conditions['hours'], own: Conditions['hours']): boolean {
  if (own === undefined) return true;
  if (given === undefined) return false;
  const { timeZone, fromMinute, toMinute, days } = given;
  const isSameTime = timeZone === own.timeZone && fromMinute === own.fromMinute && toMinute === own.toMinute;
  return isSameTime && days.every((day) => own.days.includes(day));
}

function isAsPublic(given: Conditions['maxClassification'], own: Conditions['maxClassification']): boolean {
  if (own === undefined) return true;
  return given !== undefined && classifications.indexOf(given) <= classifications.indexOf(own);
}
