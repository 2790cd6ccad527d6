import type { ActionId } from '../contract/actions.ts';
import type { PrincipalRef } from '../contract/types/common.ts';

/** Who makes a request, how strongly he proved it, and from where. Made by the server for each request; nothing in it is taken from the caller's word. */
export interface Caller {
  /** Absent for somebody who has not signed in. */
  readonly principal: PrincipalRef | null;
  readonly credential: { readonly kind: 'session' | 'key' | 'token'; readonly id: string } | null;
  /** 1: one factor; 2: two factors, or a passkey with user verification. */
  readonly level: 1 | 2;
  /** When a passkey with user verification was last used in this session, in ms since 1970. */
  readonly verifiedAtMs: number | null;
  /** Signed in, but must enrol a strong factor before anything else. */
  readonly enrolmentRequired: boolean;
  /** What the key or token is limited to; null: whatever its principal may. */
  readonly scopes: readonly ActionId[] | null;
  /** Of the network, as the server saw it (behind a trusted proxy: as the proxy says). */
  readonly address: string;
  readonly agent: string;
  /** What the caller says he needs it for. */
  readonly purpose: string | null;
  readonly requestId: string;
}
