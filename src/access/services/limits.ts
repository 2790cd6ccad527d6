/** What bounds services and their secrets. Durations in milliseconds unless the name says otherwise. */
export const serviceLimits = {
  /** Keys of one service that have not ended. More is a sign that rotation does not revoke. */
  maxLiveKeys: 50,
  /** Credentials that one process remembers at once: about 1 KB each. */
  maxCachedCredentials: 20_000,
  /** Unknown secrets from one address, or one /64. */
  unknownSecrets: { count: 20, windowSeconds: 60 },
  /** Addresses that one process remembers as refused. */
  maxRefusedAddresses: 10_000,
  /** Tokens of one key: a client that keeps its token needs one in fifteen minutes. */
  tokensPerKey: { count: 120, windowSeconds: 60 },
  tokenTtlSeconds: 900,
  /** In a window, the first use of an ended key is an entry; the others are counted into a second one. */
  refusalWindowMs: 5 * 60_000,
  maxRefusalWindows: 10_000,
  /** When a key was last used is written this often at most. */
  lastUsedEveryMs: 60_000,
  maxPendingUses: 50_000,
  /** A key that expires within this, without a successor, needs attention. */
  endingSoonMs: 14 * 86_400_000,
} as const;
