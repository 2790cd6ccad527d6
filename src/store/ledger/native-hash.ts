import { hash } from 'node:crypto';
import type { HashFunction } from '../../ledger/hashing.ts';

/** Node's own SHA-256: three times as fast as the portable one. */
export const nativeHash: HashFunction = (bytes) => hash('sha256', bytes, 'buffer');
