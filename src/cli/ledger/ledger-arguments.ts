import type { LedgerAlgorithm } from '../../node/ledger/algorithms.ts';
import type { signFormats } from '../sign/sign-arguments.ts';

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
  readonly tokenFile?: string;
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

/** Options of `vouchsafe ledger export`. */
export interface LedgerExportArguments {
  readonly data?: string;
  readonly force?: boolean;
}
