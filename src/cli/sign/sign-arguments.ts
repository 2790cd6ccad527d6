import type { CurveName, HashName } from '../../sign/names.ts';

export const signFormats = ['terminal', 'json'] as const;

interface OutputArguments {
  readonly format: (typeof signFormats)[number];
}

interface WorkArguments extends OutputArguments {
  readonly jobs?: number;
  readonly progress: boolean;
}

/** Options that say who signs. */
export interface SignerArguments {
  readonly key?: string;
  readonly keyPassphraseFile?: string;
  readonly certificateChain?: string;
  readonly keyless?: boolean;
  readonly fulcioUrl?: string;
  readonly rekorUrl?: string;
  readonly identityTokenFile?: string;
  readonly trustedRoot?: string;
}

/** Options of `vouchsafe digest`. */
export interface DigestArguments extends WorkArguments {
  readonly signature?: string;
  readonly ignorePaths: readonly string[];
  readonly hash: HashName;
  readonly shardSize?: number;
  readonly allowSymlinks?: boolean;
}

/** Options of `vouchsafe sign`. */
export interface SignArguments extends DigestArguments, SignerArguments {}

/** Options of `vouchsafe attest`. */
export interface AttestArguments extends WorkArguments, SignerArguments {
  readonly scan?: string;
  readonly conversion?: string;
  readonly bom?: string;
  readonly validation?: string;
  readonly predicateType?: string;
  readonly predicate?: string;
  readonly signature?: string;
  readonly output?: string;
  readonly ignorePaths: readonly string[];
}

/** Options of `vouchsafe keygen sign`. */
export interface KeygenArguments extends OutputArguments {
  readonly curve: CurveName;
  readonly keyPassphraseFile?: string;
}

/** Options of `vouchsafe verify`. */
export interface VerifyArguments extends WorkArguments {
  readonly signature?: readonly string[];
  readonly publicKey?: readonly string[];
  readonly certificateRoots?: readonly string[];
  readonly identity?: string;
  readonly identityProvider?: string;
  readonly trustedRoot?: string;
  readonly policy?: string;
  readonly attestations?: boolean;
  readonly source?: string;
  readonly ignorePaths: readonly string[];
  readonly ignoreUnsignedFiles?: boolean;
}
