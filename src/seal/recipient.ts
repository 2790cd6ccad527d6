import type { Stanza } from './header.ts';

/**
 * Who may be mixed with whom: a passphrase stands alone, and a post-quantum recipient beside a classical one protects
 * nothing against a quantum computer (C2SP age, "Native recipient types"). Key services wrap symmetrically.
 */
export type RecipientKind = 'classical' | 'post-quantum' | 'passphrase' | 'service';

/** Somebody a file can be sealed to. */
export interface Recipient {
  readonly kind: RecipientKind;
  /** Wraps the file key; `artifact` names what is sealed, for services that bind it. */
  wrap(fileKey: Buffer, artifact: string): Promise<Stanza>;
}

/** Somebody who may be able to open a file. */
export interface Identity {
  /**
   * The file key, or null when no stanza is for this identity.
   * @throws SealError `header-malformed` when a stanza of its type breaks the rules of that type.
   */
  unwrap(stanzas: readonly Stanza[]): Promise<Buffer | null>;
}

const KINDS: Readonly<Record<string, RecipientKind>> = {
  X25519: 'classical',
  'ssh-ed25519': 'classical',
  'ssh-rsa': 'classical',
  'piv-p256': 'classical',
  p256tag: 'classical',
  mlkem768x25519: 'post-quantum',
  mlkem768p256tag: 'post-quantum',
  scrypt: 'passphrase',
};

/** The kind of who made a stanza; unknown types say nothing, as greased ones do. */
export function kindOf(stanza: Stanza): RecipientKind | undefined {
  return KINDS[stanza.args[0] ?? ''];
}
