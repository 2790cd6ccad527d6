import type { Entry } from './entry.ts';
import { actorKinds, decisions, entryClasses, type EntryClass, outcomes, severities } from './entry-classes.ts';
import { LedgerError } from './errors.ts';
import { ledgerLimits } from './limits.ts';

type Check = (value: unknown) => boolean;

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const FIELD = /^[a-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

const isText =
  (maxChars: number): Check =>
  (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= maxChars;
const isId = isText(ledgerLimits.maxIdChars);
const isName: Check = (value) => isText(ledgerLimits.maxNameChars)(value) && NAME.test(value as string);
const isDigest: Check = (value) => typeof value === 'string' && DIGEST.test(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const oneOf =
  (names: readonly string[]): Check =>
  (value) =>
    names.includes(value as string);
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

interface Member {
  readonly check: Check;
  readonly expected: string;
  readonly isRequired?: boolean;
}
/** Members by name, in a map: it knows nothing that every object has, and is walked without making lists. */
type Shape = ReadonlyMap<string, Member>;
const shapeOf = (members: Readonly<Record<string, Member>>): Shape => new Map(Object.entries(members));

const required = (check: Check, expected: string): Member => ({ check, expected, isRequired: true });
const optional = (check: Check, expected: string): Member => ({ check, expected });

const ID = `a text of 1 to ${ledgerLimits.maxIdChars} characters`;
const A_NAME = `lower-case words joined by dots or hyphens, ${ledgerLimits.maxNameChars} characters at most`;

const actorShape = shapeOf({ kind: required(oneOf(actorKinds), actorKinds.join(', ')), id: required(isId, ID) });
const objectShape = shapeOf({
  kind: required(isName, A_NAME),
  id: required(isId, ID),
  digest: optional(isDigest, 'sha256: and 64 hex digits'),
});
const policyShape = shapeOf({ id: required(isId, ID), version: required(isCount, 'a whole number') });

const entryShape = shapeOf({
  version: required((value) => value === 1, '1'),
  id: required(isId, ID),
  time: required(isCount, 'milliseconds since 1970'),
  class: required((value) => Object.hasOwn(entryClasses, String(value)), 'a class of the ledger'),
  class_uid: required(isCount, 'a class of OCSF'),
  activity: required(isName, A_NAME),
  actor: required(isObject, 'an object'),
  object: optional(isObject, 'an object'),
  decision: optional(oneOf(decisions), decisions.join(', ')),
  outcome: required(oneOf(outcomes), outcomes.join(', ')),
  severity: optional(oneOf(severities), severities.join(', ')),
  reasons: optional(areReasons, `${ledgerLimits.maxReasons} texts at most`),
  policy: optional(isObject, 'an object'),
  data: optional(isObject, 'an object'),
  personal: optional(areCommitments, 'fields and their commitments'),
});

function areReasons(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length <= ledgerLimits.maxReasons && value.every(isText(ledgerLimits.maxReasonChars))
  );
}

function areCommitments(value: unknown): boolean {
  if (!isObject(value)) return false;
  const fields = Object.entries(value as object);
  const isCountOk = fields.length > 0 && fields.length <= ledgerLimits.maxPersonalFields;
  return isCountOk && fields.every(([field, commitment]) => isField(field) && isDigest(commitment));
}

function isField(field: string): boolean {
  return field.length <= ledgerLimits.maxNameChars && FIELD.test(field);
}

/** @throws LedgerError `entry-invalid` naming the first member that is not as it has to be. */
export function checkEntry(value: unknown): Entry {
  const entry = checkShape(value, entryShape, 'entry');
  checkShape(entry['actor'], actorShape, 'actor');
  if (entry['object'] !== undefined) checkShape(entry['object'], objectShape, 'object');
  if (entry['policy'] !== undefined) checkShape(entry['policy'], policyShape, 'policy');
  if (entry['class_uid'] !== entryClasses[entry['class'] as EntryClass]) {
    throw LedgerError.of('entry-invalid', `class_uid is not the one of class ${String(entry['class'])}`);
  }
  return entry as unknown as Entry;
}

/** @throws LedgerError `entry-invalid`. */
export function checkPersonal(field: string, value: unknown): void {
  if (!isField(field)) throw LedgerError.of('entry-invalid', `personal: ${field} is no name of a field`);
  // An empty value is one that can be told.
  if (typeof value !== 'string' || value.length > ledgerLimits.maxPersonalValueChars || !value.isWellFormed()) {
    const expected = `a text of at most ${ledgerLimits.maxPersonalValueChars} characters`;
    throw LedgerError.of('entry-invalid', `personal.${field}: expected ${expected}`);
  }
}

function checkShape(value: unknown, shape: Shape, where: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw LedgerError.of('entry-invalid', `${where}: expected an object`);
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    if (!shape.has(name)) throw LedgerError.of('entry-invalid', `${where}: unknown member ${name}`);
  }
  for (const [name, { check, expected, isRequired }] of shape) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    if (member === undefined ? isRequired === true : !check(member)) {
      throw LedgerError.of('entry-invalid', `${where}.${name}: expected ${expected}`);
    }
  }
  return members;
}
