import type { Kysely } from 'kysely';
import type { ActionId } from '../../contract/actions.ts';
import type { Database } from '../../store/tables/index.ts';
import type { Caller } from '../caller.ts';
import { networkTest } from './networks.ts';
import type { ParsedSecret, SecretKind } from './secret.ts';
import { keyEndsAt } from './state.ts';

/** What a secret proves about a caller. The server adds what only the request knows. */
export type BearerIdentity = Pick<
  Caller,
  'principal' | 'credential' | 'level' | 'verifiedAtMs' | 'enrolmentRequired' | 'scopes'
>;

/** A key or a token as it is checked: everything that decides whether it holds, so that nothing else need be asked. */
export interface Credential {
  readonly kind: SecretKind;
  readonly id: string;
  /** The key itself, or the one that the token was made from. */
  readonly keyId: string;
  readonly serviceId: string;
  readonly digest: Uint8Array;
  readonly allows: (address: string) => boolean;
  /** In ms since 1970. */
  readonly endsAtMs: number;
  readonly isRevoked: boolean;
  readonly isServiceActive: boolean;
  readonly identity: BearerIdentity;
}

/** Reads a credential by the public part of its secret: one query by a unique index. */
export async function findCredential(
  read: Kysely<Database>,
  { kind, prefix }: ParsedSecret,
): Promise<Credential | undefined> {
  return kind === 'key' ? findKey(read, prefix) : findToken(read, prefix);
}

async function findKey(read: Kysely<Database>, prefix: string): Promise<Credential | undefined> {
  const row = await read
    .selectFrom('service_keys as k')
    .innerJoin('services as s', 's.id', 'k.service_id')
    .select(['k.id', 'k.service_id', 'k.secret_hash', 'k.scopes', 'k.networks', 'k.expires_at', 'k.retires_at'])
    .select(['k.revoked_at', 's.state'])
    .where('k.prefix', '=', prefix)
    .executeTakeFirst();
  return (
    row && {
      kind: 'key',
      id: row.id,
      keyId: row.id,
      serviceId: row.service_id,
      digest: row.secret_hash,
      allows: networkTest(JSON.parse(row.networks) as string[]),
      endsAtMs: keyEndsAt(row),
      isRevoked: row.revoked_at !== null,
      isServiceActive: row.state === 'active',
      identity: identityOf('key', row),
    }
  );
}

async function findToken(read: Kysely<Database>, prefix: string): Promise<Credential | undefined> {
  const row = await read
    .selectFrom('service_tokens as t')
    .innerJoin('service_keys as k', 'k.id', 't.key_id')
    .innerJoin('services as s', 's.id', 'k.service_id')
    .select(['t.id', 't.key_id', 't.secret_hash', 't.scopes', 't.expires_at as token_expires_at', 't.revoked_at'])
    .select(['k.service_id', 'k.networks', 'k.expires_at', 'k.retires_at', 'k.revoked_at as key_revoked_at', 's.state'])
    .where('t.prefix', '=', prefix)
    .executeTakeFirst();
  return (
    row && {
      kind: 'token',
      id: row.id,
      keyId: row.key_id,
      serviceId: row.service_id,
      digest: row.secret_hash,
      allows: networkTest(JSON.parse(row.networks) as string[]),
      endsAtMs: Math.min(row.token_expires_at, keyEndsAt(row)),
      isRevoked: row.revoked_at !== null || row.key_revoked_at !== null,
      isServiceActive: row.state === 'active',
      identity: identityOf('token', row),
    }
  );
}

interface IdentityRow {
  readonly id: string;
  readonly service_id: string;
  readonly scopes: string;
}

/** One factor, whatever it is: something that a program has. Steps that need a person are out of reach. */
function identityOf(kind: SecretKind, { id, service_id: serviceId, scopes }: IdentityRow): BearerIdentity {
  return {
    principal: { kind: 'service', id: serviceId },
    credential: { kind, id },
    level: 1,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: JSON.parse(scopes) as ActionId[],
  };
}
