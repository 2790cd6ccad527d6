import { canonicalJson, type JsonObject } from './canonical.ts';
import { commitTo, type Opening, opensCommitment } from './commitment.ts';
import { fromUtf8, utf8 } from './encoding.ts';
import {
  type ActorKind,
  entryClasses,
  type EntryClass,
  type EntryDecision,
  type EntryOutcome,
  type EntrySeverity,
} from './entry-classes.ts';
import { checkEntry, checkPersonal } from './entry-shape.ts';
import { LedgerError } from './errors.ts';
import { type HashFunction, portableHash } from './hashing.ts';
import { ledgerLimits } from './limits.ts';
import { leafHash } from './tree.ts';

export interface EntryActor {
  readonly kind: ActorKind;
  readonly id: string;
}

/** What it was done to. The digest says exactly which content that was. */
export interface EntryObject {
  readonly kind: string;
  readonly id: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string | undefined;
}

interface EntryFacts {
  readonly class: EntryClass;
  /** What was done: `sign-in`, `grant.create`. */
  readonly activity: string;
  readonly actor: EntryActor;
  readonly object?: EntryObject | undefined;
  readonly decision?: EntryDecision | undefined;
  readonly outcome: EntryOutcome;
  readonly severity?: EntrySeverity | undefined;
  readonly reasons?: readonly string[] | undefined;
  /** The policy that decided, and the version of it that did. */
  readonly policy?: { readonly id: string; readonly version: number } | undefined;
  /** Anything else that belongs on record, without personal data. */
  readonly data?: JsonObject | undefined;
}

/** What a caller records. */
export interface EntryDraft extends EntryFacts {
  /** Personal data, field by field: only salted commitments to it enter the tree. */
  readonly personal?: Readonly<Record<string, string>> | undefined;
}

/** What is in the tree, as canonical JSON. */
export interface Entry extends EntryFacts {
  readonly version: 1;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Of OCSF 1.8. */
  readonly class_uid: number;
  /** Commitments, `sha256:` and 64 hex digits. */
  readonly personal?: Readonly<Record<string, string>> | undefined;
}

export interface SealOptions {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** 32 fresh random bytes at each call. */
  readonly salt: () => Uint8Array;
  readonly hash?: HashFunction | undefined;
}

export interface SealedEntry {
  readonly entry: Entry;
  /** The entry as it is hashed: canonical JSON in UTF-8. */
  readonly bytes: Uint8Array;
  readonly leafHash: Uint8Array;
  /** To be kept apart from the tree, and erased when the person asks for it. */
  readonly openings: readonly Opening[];
}

/**
 * Makes what goes into the tree of what a caller records.
 * @throws LedgerError `entry-invalid`, `entry-too-large`.
 */
export function sealEntry(draft: EntryDraft, options: SealOptions): SealedEntry {
  const { id, time, salt, hash = portableHash } = options;
  const openings = Object.entries(draft.personal ?? {}).map(([field, value]) => ({ field, salt: salt(), value }));
  for (const { field, value } of openings) checkPersonal(field, value);
  const entry = checkEntry({
    ...withoutAbsent(draft),
    version: 1,
    id,
    time,
    class_uid: entryClasses[draft.class],
    ...(openings.length === 0 ? {} : { personal: committed(id, openings, hash) }),
  });
  const bytes = utf8(canonicalJson(entry));
  checkSize(bytes);
  return { entry, bytes, leafHash: leafHash(bytes, hash), openings };
}

/**
 * Reads an entry of the tree.
 * @throws LedgerError `entry-invalid` for everything that `sealEntry` would not have written just so, `entry-too-large`.
 */
export function parseEntry(bytes: Uint8Array): Entry {
  checkSize(bytes);
  const text = fromUtf8(bytes);
  if (text === null) throw LedgerError.of('entry-invalid', 'it is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw LedgerError.of('entry-invalid', 'it is not JSON', error);
  }
  // Keys given twice, spaces, other escapes: every other spelling differs from the one there is.
  if (canonicalJson(value) !== text) throw LedgerError.of('entry-invalid', 'it is not canonical JSON (RFC 8785)');
  return checkEntry(value);
}

function committed(id: string, openings: readonly Opening[], hash: HashFunction): Record<string, string> {
  return Object.fromEntries(openings.map((one) => [one.field, commitTo(id, one, hash)]));
}

/** Callers write `severity: undefined` for what is not there; JSON has no word for it. */
function withoutAbsent({ personal: _clear, ...draft }: EntryDraft): object {
  const { object } = draft;
  return {
    ...present(draft),
    ...(object === undefined ? {} : { object: present(object) }),
  };
}

function present(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length > ledgerLimits.maxEntryBytes) {
    const allowed = ledgerLimits.maxEntryBytes;
    throw LedgerError.of('entry-too-large', `it has ${bytes.length} bytes, ${allowed} are allowed`);
  }
}

/** True when the opening is that of a field of this entry. */
export function verifyOpening(entry: Entry, opening: Opening): boolean {
  const commitment = Object.hasOwn(entry.personal ?? {}, opening.field) ? entry.personal?.[opening.field] : undefined;
  return commitment !== undefined && opensCommitment(commitment, entry.id, opening);
}
