/** A program that calls. Its grants are in `grants`, like those of people. */
export interface ServiceTable {
  readonly id: string;
  name: string;
  /** Case-folded, to be searched. */
  name_key: string;
  description: string;
  /** The person who answers for it. */
  owner_id: string;
  state: 'active' | 'disabled';
  readonly created_at: number;
}

/** A long-lived secret of a service. Only the SHA-256 of the secret is here. */
export interface ServiceKeyTable {
  readonly id: string;
  readonly service_id: string;
  readonly name: string;
  /** The public part of the secret, by which the row is found. */
  readonly prefix: string;
  readonly secret_hash: Uint8Array;
  /** JSON: actions. */
  readonly scopes: string;
  /** JSON: CIDR; empty means anywhere. */
  readonly networks: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly expires_at: number;
  /** Set when a successor was made: ends then, if it has not expired before. */
  retires_at: number | null;
  replaced_by: string | null;
  revoked_at: number | null;
  last_used_at: number | null;
  last_used_from: string | null;
}

/** A short-lived secret that a key was exchanged for. It ends with its key. */
interface ServiceTokenTable {
  readonly id: string;
  readonly key_id: string;
  readonly prefix: string;
  readonly secret_hash: Uint8Array;
  /** JSON: actions, all of them among the key's. */
  readonly scopes: string;
  readonly created_at: number;
  readonly expires_at: number;
  revoked_at: number | null;
}

export interface ServicesTables {
  readonly services: ServiceTable;
  readonly service_keys: ServiceKeyTable;
  readonly service_tokens: ServiceTokenTable;
}
