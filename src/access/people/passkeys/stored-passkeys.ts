import type { Kysely } from 'kysely';
import { newId } from '../../../store/new-id.ts';
import type { Database } from '../../../store/tables/index.ts';
import { PeopleError } from '../errors.ts';
import type { NewPasskey } from './verify-passkey.ts';

/** A passkey as it is stored, with what its person is known by. */
export interface StoredPasskey {
  readonly id: string;
  readonly personId: string;
  readonly webauthnId: string;
  readonly credentialId: string;
  readonly publicKey: string;
  readonly isSuspended: boolean;
}

export async function findPasskey(sql: Kysely<Database>, credentialId: string): Promise<StoredPasskey | undefined> {
  const row = await sql
    .selectFrom('people_passkeys as k')
    .innerJoin('people as p', 'p.id', 'k.person_id')
    .select(['k.id', 'k.person_id', 'p.webauthn_id', 'k.credential_id', 'k.public_key', 'k.suspended_at'])
    .where('k.credential_id', '=', credentialId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    personId: row.person_id,
    webauthnId: row.webauthn_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    isSuspended: row.suspended_at !== null,
  };
}

export interface PasskeyTouch {
  readonly id: string;
  readonly signCount: number;
  readonly nowMs: number;
}

/**
 * Notes within a change that a passkey was used. False where its counter did not go forward: there may be a copy of it, and it is suspended
 * (WebAuthn 3, section 6.1.1). Passkeys that are synced count nothing and always say 0.
 */
export async function touchPasskey(sql: Kysely<Database>, { id, signCount, nowMs }: PasskeyTouch): Promise<boolean> {
  const touched = await sql
    .updateTable('people_passkeys')
    .set({ sign_count: signCount, last_used_at: nowMs })
    .where('id', '=', id)
    .where('suspended_at', 'is', null)
    .where('sign_count', signCount === 0 ? '=' : '<', signCount)
    .executeTakeFirst();
  if (touched.numUpdatedRows === 1n) return true;
  await sql
    .updateTable('people_passkeys')
    .set({ suspended_at: nowMs })
    .where('id', '=', id)
    .where('suspended_at', 'is', null)
    .execute();
  return false;
}

export interface CredentialRef {
  readonly id: string;
  readonly transports: string[];
}

/** What browsers are told of the passkeys of a person; without the suspended ones, where they are to be used. */
export async function credentialsOf(
  sql: Kysely<Database>,
  personId: string,
  which: 'all' | 'usable',
): Promise<CredentialRef[]> {
  const base = sql
    .selectFrom('people_passkeys')
    .select(['credential_id', 'transports'])
    .where('person_id', '=', personId);
  const rows = await (which === 'all' ? base : base.where('suspended_at', 'is', null)).execute();
  return rows.map(({ credential_id, transports }) => ({
    id: credential_id,
    transports: JSON.parse(transports) as string[],
  }));
}

export interface PasskeyToStore {
  readonly personId: string;
  readonly name: string;
  readonly transports: readonly string[];
  readonly passkey: NewPasskey;
  readonly nowMs: number;
}

/** Stores a new passkey within a change; answers with its id. @throws PeopleError `passkey-known`. */
export async function storePasskey(
  sql: Kysely<Database>,
  { personId, name, transports, passkey, nowMs }: PasskeyToStore,
): Promise<string> {
  const id = newId('passkey', nowMs);
  const added = await sql
    .insertInto('people_passkeys')
    .values({
      id,
      person_id: personId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      transports: JSON.stringify(transports),
      name,
      aaguid: passkey.aaguid,
      is_synced: passkey.isSynced ? 1 : 0,
      created_at: nowMs,
      last_used_at: null,
      suspended_at: null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n) throw PeopleError.of('passkey-known');
  return id;
}
