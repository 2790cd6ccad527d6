import type { ServiceKeyTable } from '../../store/tables/services.ts';

type Times = Pick<ServiceKeyTable, 'expires_at' | 'retires_at' | 'revoked_at'>;

export type KeyState = 'active' | 'rotating' | 'expired' | 'revoked';

/** When a key ends by itself, in ms since 1970: it expires, or its successor takes over. */
export function keyEndsAt({ expires_at: expiresAt, retires_at: retiresAt }: Omit<Times, 'revoked_at'>): number {
  return retiresAt === null ? expiresAt : Math.min(expiresAt, retiresAt);
}

export function keyState(times: Times, nowMs: number): KeyState {
  if (times.revoked_at !== null) return 'revoked';
  if (nowMs >= keyEndsAt(times)) return 'expired';
  return times.retires_at === null ? 'active' : 'rotating';
}
