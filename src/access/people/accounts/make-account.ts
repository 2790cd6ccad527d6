import { randomBytes } from 'node:crypto';
import { newId } from '../../../store/new-id.ts';
import type { Change } from '../../../store/store.ts';
import { folded } from '../../folded.ts';
import { PeopleError } from '../errors.ts';
import { emailKey } from './email-key.ts';

const WEBAUTHN_ID_BYTES = 32;

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly state: 'invited' | 'active';
  readonly nowMs: number;
  /** Where a passkey was made for it before there was an account. */
  readonly webauthnId?: string;
}

/** Makes an account within a change. @throws PeopleError `email-taken`. */
export async function makeAccount({ sql }: Change, account: NewAccount): Promise<string> {
  const { name, email, state, nowMs, webauthnId = randomBytes(WEBAUTHN_ID_BYTES).toString('base64url') } = account;
  const id = newId('person', nowMs);
  await sql
    .insertInto('people')
    .values({
      id,
      state,
      webauthn_id: webauthnId,
      created_at: nowMs,
      activated_at: state === 'active' ? nowMs : null,
      last_seen_at: null,
      locked_until: null,
    })
    .execute();
  const added = await sql
    .insertInto('people_data')
    .values({ person_id: id, name, name_key: folded(name), email: email.trim(), email_key: emailKey(email) })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n) throw PeopleError.of('email-taken');
  return id;
}

/** Sets the password of a person within a change. */
export async function storePassword(
  { sql }: Change,
  { personId, phc, nowMs }: { readonly personId: string; readonly phc: string; readonly nowMs: number },
): Promise<void> {
  await sql
    .insertInto('people_passwords')
    .values({ person_id: personId, phc, changed_at: nowMs })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ phc, changed_at: nowMs }))
    .execute();
}
