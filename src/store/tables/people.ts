/** Who exists. Holds no personal data: what names a person is in `people_data`, which can be erased. */
interface PeopleTable {
  readonly id: string;
  /** `locked` is not stored: it is an active person whose `locked_until` lies ahead. */
  readonly state: 'invited' | 'active' | 'disabled' | 'erased';
  /** What passkeys know the person by: 32 random bytes, base64url (WebAuthn 3, section 14.6.1). */
  readonly webauthn_id: string;
  readonly created_at: number;
  readonly activated_at: number | null;
  readonly last_seen_at: number | null;
  readonly locked_until: number | null;
}

interface PeopleDataTable {
  readonly person_id: string;
  readonly name: string;
  /** Case-folded, to be searched. */
  readonly name_key: string;
  /** As it was written. */
  readonly email: string;
  /** Case-folded, and unique. */
  readonly email_key: string;
}

interface PeoplePasswordsTable {
  readonly person_id: string;
  /** PHC string of Argon2id. */
  readonly phc: string;
  readonly changed_at: number;
}

interface PeopleTotpTable {
  readonly person_id: string;
  /** Sealed; null until a first code confirmed it. */
  readonly secret: string | null;
  readonly confirmed_at: number | null;
  /** Sealed, while a new one waits for its first code. */
  readonly pending: string | null;
  readonly pending_until: number | null;
  /** Of the last code that was used: none of it or before it counts again (RFC 6238, section 5.2). */
  readonly last_step: number;
}

interface PeopleRecoveryCodesTable {
  readonly code_hash: string;
  readonly person_id: string;
  readonly created_at: number;
  readonly used_at: number | null;
}

interface PeoplePasskeysTable {
  readonly id: string;
  readonly person_id: string;
  /** base64url, and unique. */
  readonly credential_id: string;
  /** COSE key, base64url. */
  readonly public_key: string;
  readonly sign_count: number;
  /** JSON list. */
  readonly transports: string;
  readonly name: string;
  readonly aaguid: string;
  readonly is_synced: number;
  readonly created_at: number;
  readonly last_used_at: number | null;
  /** Its counter went backwards: there may be a copy of it (WebAuthn 3, section 6.1.1). */
  readonly suspended_at: number | null;
}

interface PeopleIdentitiesTable {
  readonly provider: string;
  readonly subject: string;
  readonly person_id: string;
  readonly linked_at: number;
  readonly last_used_at: number | null;
}

/** One-time links: set-up, invitation, reset. */
interface PeopleLinksTable {
  readonly token_hash: string;
  readonly kind: 'set-up' | 'invitation' | 'reset';
  readonly person_id: string | null;
  readonly created_at: number;
  readonly expires_at: number;
}

interface PeopleSessionsTable {
  readonly id: string;
  readonly token_hash: string;
  readonly person_id: string;
  /** `pending`: the first factor was right, the second is missing; it can do nothing else. */
  readonly kind: 'pending' | 'full';
  readonly level: 1 | 2;
  /** JSON list. */
  readonly factors: string;
  readonly created_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
  /** When a passkey with user verification was last used. */
  readonly verified_at: number | null;
  /** When any factor was last proved. */
  readonly proved_at: number;
  readonly address: string;
  readonly agent: string;
}

/** Challenges and states that were answered: none is taken twice. */
interface PeopleUsedTicketsTable {
  readonly ticket_hash: string;
  readonly expires_at: number;
}

/** Rows to take turns on, where two changes must not decide on the same facts at once. */
interface PeopleTurnsTable {
  readonly name: string;
  readonly turns: number;
}

export interface PeopleTables {
  readonly people: PeopleTable;
  readonly people_data: PeopleDataTable;
  readonly people_passwords: PeoplePasswordsTable;
  readonly people_totp: PeopleTotpTable;
  readonly people_recovery_codes: PeopleRecoveryCodesTable;
  readonly people_passkeys: PeoplePasskeysTable;
  readonly people_identities: PeopleIdentitiesTable;
  readonly people_links: PeopleLinksTable;
  readonly people_sessions: PeopleSessionsTable;
  readonly people_used_tickets: PeopleUsedTicketsTable;
  readonly people_turns: PeopleTurnsTable;
}
