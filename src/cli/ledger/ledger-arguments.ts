import type { LedgerAlgorithm } from '../../node/ledger/key-file.ts';
import type { signFormats } from '../sign/sign-arguments.ts';

/** Kinds of keys, without loading what makes them. */
export const ledgerAlgorithms = ['ed25519', 'ml-dsa-44'] as const satisfies readonly LedgerAlgorithm[];

interface OutputArguments {
  readonly format: (typeof signFormats)[number];
}

/** Options of `vouchsafe ledger verify`. */
export interface LedgerVerifyArguments extends OutputArguments {
  readonly key?: readonly string[];
  readonly origin?: string;
  readonly witness?: readonly string[];
  readonly quorum?: number;
  readonly checkpoint?: string;
  readonly saveCheckpoint?: string;
  readonly trustOnFirstUse?: boolean;
  readonly progress: boolean;
}

/** Options of `vouchsafe ledger witness`. */
export interface LedgerWitnessArguments {
  readonly name: string;
  readonly state: string;
  readonly key: readonly string[];
  readonly log: readonly string[];
  readonly host: string;
  readonly port: number;
}

/** Options of `vouchsafe keygen ledger`. */
export interface LedgerKeygenArguments extends OutputArguments {
  readonly name: string;
  readonly algorithm: LedgerAlgorithm;
  readonly witness?: boolean;
}
