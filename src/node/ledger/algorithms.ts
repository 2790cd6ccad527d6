/** Kinds of keys that sign checkpoints. Apart from what uses them, which takes long to load. */
export const ledgerAlgorithms = ['ed25519', 'ml-dsa-44'] as const;
export type LedgerAlgorithm = (typeof ledgerAlgorithms)[number];
