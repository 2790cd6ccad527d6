import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import { builtInPolicy } from './built-in-policy.ts';
import { readAdmissionPolicy } from './policy.ts';
import type { AdmissionPolicy } from './policy-schema.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;
export type PolicyRow = Selectable<Database['registry_policies']>;

/** The policy that comes with the program, as if it had been put. */
export const builtInRow: PolicyRow = {
  version: 0,
  body: builtInPolicy,
  comment: 'comes with the program',
  created_by_kind: null,
  created_by_id: null,
  created_at: 0,
};

/** The row of the policy in force: the newest that was put, or the one that comes with the program. */
export async function activePolicyRow(read: Reader): Promise<PolicyRow> {
  const row = await read
    .selectFrom('registry_policies')
    .selectAll()
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? builtInRow;
}

export interface ActivePolicy {
  readonly version: number;
  readonly policy: AdmissionPolicy;
}

/** Reading one takes milliseconds, and every version is decided by the same: the last that was read is kept. */
let kept: { readonly body: string; readonly policy: AdmissionPolicy } | undefined;

/**
 * The policy in force. A stored one that can no longer be read, such as by an older program, decides nothing.
 * @throws RegistryError `policy-invalid`.
 */
export async function activePolicy(read: Reader): Promise<ActivePolicy> {
  const { version, body } = await activePolicyRow(read);
  if (kept?.body !== body) kept = { body, policy: mustRead(version, body) };
  return { version, policy: kept.policy };
}

function mustRead(version: number, body: string): AdmissionPolicy {
  const { policy, problems } = readAdmissionPolicy(body);
  if (policy === null) throw RegistryError.of('policy-invalid', `version ${version}: ${problems[0]?.message ?? ''}`);
  return policy;
}
