import type { SpecVersion } from '../../bom/cyclonedx/types.ts';

export const bomFormats = ['cyclonedx', 'spdx'] as const;
export type BomFormat = (typeof bomFormats)[number];

/** Options of `vouchsafe bom`. */
export interface BomArguments {
  readonly output?: string;
  readonly format?: BomFormat;
  readonly specVersion: SpecVersion;
  readonly check?: string;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly name?: string;
  readonly modelVersion?: string;
  readonly policy?: string;
  readonly jobs?: number;
  readonly progress: boolean;
}
