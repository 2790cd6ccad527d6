import type { Kysely } from 'kysely';
import { parseEntry } from '../../ledger/entry.ts';
import type { Database } from '../../store/tables/index.ts';
import { AccessError } from './errors.ts';
import { digestOf } from './policy-versions.ts';
import { PreparedPolicies } from './prepared-policies.ts';

/** The version in force, ready to be asked. */
export interface ActivePolicies {
  readonly version: number;
  readonly text: string;
  readonly prepared: PreparedPolicies;
}

/**
 * Reads and parses a version. Its text must be the one that the ledger says was put into force: whoever can write to the records, but not
 * to the ledger unseen, changes no policy unseen.
 * @throws AccessError `policies-unavailable`: nothing is allowed then.
 */
export async function loadPolicies(read: Kysely<Database>, version: number): Promise<ActivePolicies> {
  const row = await read.selectFrom('policy_versions').select('body').where('version', '=', version).executeTakeFirst();
  if (row === undefined) throw AccessError.of('policies-unavailable', `version ${version} is not there`);
  const recorded = await recordedDigest(read, version);
  if (recorded !== null && recorded !== digestOf(row.body)) {
    throw AccessError.of(
      'policies-unavailable',
      `version ${version} is not the text that the ledger says was put into force`,
    );
  }
  try {
    return { version, text: row.body, prepared: new PreparedPolicies(row.body) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw AccessError.of('policies-unavailable', `version ${version} cannot be read: ${reason}`, error);
  }
}

const PUT_INTO_FORCE = ['policy.approve', 'policy.load'];

/** What the ledger says; null where it keeps the entry no longer. */
async function recordedDigest(read: Kysely<Database>, version: number): Promise<string | null> {
  const row = await read
    .selectFrom('ledger_entry')
    .select('bytes')
    .where('object_kind', '=', 'policies')
    .where('object_id', '=', String(version))
    .where('activity', 'in', PUT_INTO_FORCE)
    .orderBy('entry_index', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row?.bytes == null) return null;
  return parseEntry(row.bytes).object?.digest ?? null;
}
