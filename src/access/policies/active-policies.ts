import type { Kysely } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { AccessError } from './errors.ts';
import { PreparedPolicies } from './prepared-policies.ts';

/** The version in force, ready to be asked. */
export interface ActivePolicies {
  readonly version: number;
  readonly text: string;
  readonly prepared: PreparedPolicies;
}

/**
 * Reads and parses a version.
 * @throws AccessError `policies-unavailable`: nothing is allowed then.
 */
export async function loadPolicies(read: Kysely<Database>, version: number): Promise<ActivePolicies> {
  const row = await read.selectFrom('policy_versions').select('body').where('version', '=', version).executeTakeFirst();
  if (row === undefined) throw AccessError.of('policies-unavailable', `version ${version} is not there`);
  try {
    return { version, text: row.body, prepared: new PreparedPolicies(row.body) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw AccessError.of('policies-unavailable', `version ${version} cannot be read: ${reason}`, error);
  }
}
