/** Bounds on what signatures and attestations may cost to read. Every one is far beyond what honest files need. */
export const signLimits = {
  /** A manifest of 10^6 files takes about 170 bytes for each, and a third more in base64. */
  maxBundleBytes: 320 * 1024 * 1024,
  maxResources: 1_000_000,
  /** Of a JSON document: a manifest of 10^6 files has 4 × 10^6. */
  maxJsonValues: 8_000_000,
  /** Of a bundle around its payload: 32 log entries with 64 hashes each have 3000. */
  maxBundleValues: 100_000,
  /** Of a statement of version 0.2, which takes many times that in memory to verify; 10^5 files have 15 MB. */
  maxLegacyBytes: 16 * 1024 * 1024,
  maxIgnorePaths: 10_000,
  /** PATH_MAX of Linux. */
  maxNameBytes: 4096,
  maxCertificates: 16,
  maxCertificateBytes: 64 * 1024,
  maxSignatureBytes: 1024,
  maxLogEntries: 32,
  maxTimestamps: 32,
  maxAttestations: 1000,
  maxAttestationsBytes: 256 * 1024 * 1024,
  /** Reports, BOMs and records that are attested; they are read whole. */
  maxPredicateBytes: 64 * 1024 * 1024,
  maxKeyFileBytes: 64 * 1024,
  maxRootsBytes: 4 * 1024 * 1024,
  maxTrustedRootBytes: 4 * 1024 * 1024,
  maxTokenBytes: 64 * 1024,
  maxPolicyBytes: 1024 * 1024,
  /** Answers of certificate authorities and logs. */
  maxResponseBytes: 16 * 1024 * 1024,
} as const;
