import type { Bus } from '../../store/bus/bus.ts';
import type { Counters } from '../../store/counters/counters.ts';
import type { Store } from '../../store/store.ts';
import type { Authorizer } from '../decision.ts';
import { ServiceAccounts } from './accounts.ts';
import { Bearers } from './bearers.ts';
import type { GrantsOf } from './grants-of.ts';
import { ServiceKeys } from './keys.ts';
import { serviceLimits } from './limits.ts';
import { AccessTokens } from './tokens.ts';

export interface ServiceAccessParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly counters: Counters;
  readonly authorizer: Authorizer;
  readonly grantsOf: GrantsOf;
  /** ms since 1970. */
  readonly clock: () => number;
  /** Told when something that waits to be written could not be; it is tried again. */
  readonly onFault: (error: unknown) => void;
  readonly tokenTtlSeconds?: number;
  /** Milliseconds of a clock that nobody can set back. */
  readonly elapsedMs?: () => number;
}

/** Everything about programs that call: the services, their keys, tokens, and who shows one. */
export interface ServiceAccess {
  readonly accounts: ServiceAccounts;
  readonly keys: ServiceKeys;
  readonly tokens: AccessTokens;
  readonly bearers: Bearers;
  /** Writes what waits: last uses, counted refusals. Before the store is closed. */
  close(): Promise<void>;
}

export function openServiceAccess(parts: ServiceAccessParts): ServiceAccess {
  const bearers = new Bearers(parts);
  const ttlSeconds = parts.tokenTtlSeconds ?? serviceLimits.tokenTtlSeconds;
  return {
    accounts: new ServiceAccounts(parts),
    keys: new ServiceKeys(parts),
    tokens: new AccessTokens({ ...parts, bearers, ttlSeconds }),
    bearers,
    close: () => bearers.close(),
  };
}
