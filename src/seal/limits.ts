import { SealError } from './errors.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound that reading sealed files obeys. */
export const sealLimits = {
  /** A post-quantum stanza has 1.6 KB, so this holds some 2,500 of them; the file format itself sets no bound. */
  maxHeaderBytes: 4 * MiB,
  /** White space around ASCII armor, as age allows it. */
  maxArmorWhitespaceBytes: 1 * KiB,
  /** Each costs every identity one key agreement, some 60 µs. */
  maxStanzas: 4096,
  /** Arguments of one stanza; the types we know have at most three. */
  maxStanzaArguments: 64,
  /**
   * Base-two logarithm of the scrypt work factor when opening: 2^20 takes 1 GiB of memory and some 4 seconds. age
   * writes 18.
   */
  maxWorkFactorLog: 20,
  /** Wrapped keys that a key service is asked about for one file. */
  maxProviderCalls: 16,
  /** What a key service may answer; real answers have some 500 bytes. */
  maxProviderResponseBytes: 64 * KiB,
  /** How long a key service may take over one call. */
  maxProviderSeconds: 15,
  /** Files of identities and recipients. */
  maxKeyFileBytes: 1 * MiB,
  maxKeysPerFile: 1024,
  /** A passphrase; age itself sets no bound. */
  maxPassphraseBytes: 4 * KiB,
  /** The opened index of a sealed folder: some 300 bytes a file. */
  maxIndexBytes: 256 * MiB,
  maxFolderFiles: 500_000,
  /** Bytes of a path in an index, as most file systems have it, and of one name in it. */
  maxPathBytes: 4096,
  maxNameBytes: 255,
} as const;

export type SealLimitName = keyof typeof sealLimits;

/** @throws SealError `limit-exceeded` when `found` is above the limit. */
export function checkLimit(limit: SealLimitName, found: number): void {
  if (found > sealLimits[limit]) throw SealError.of('limit-exceeded', { limit, allowed: sealLimits[limit], found });
}
