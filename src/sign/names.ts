/** Names that option parsers need, apart from the code that would load Node's cryptography (10 ms) with them. */

/** File hashes by the names of the OMS algorithm registry, with their length in bytes. */
export const hashBytes = { sha256: 32, blake2b: 64, blake3: 32 } as const;
export type HashName = keyof typeof hashBytes;
export const hashNames = Object.keys(hashBytes) as readonly HashName[];

/** The curves of OMS keys (NIST names). */
export const curveNames = ['P-256', 'P-384', 'P-521'] as const;
export type CurveName = (typeof curveNames)[number];

/** Of shards, when nobody says: as the specification and the Python reference have it. */
export const DEFAULT_SHARD_BYTES = 1_000_000_000;
