export const assuranceFormats = ['terminal', 'json', 'html'] as const;
export type AssuranceFormat = (typeof assuranceFormats)[number];

/** Options of `vouchsafe report`. */
export interface ReportArguments {
  readonly output?: string;
  readonly pdf?: string;
  readonly format?: AssuranceFormat;
  readonly publicKey?: readonly string[];
  readonly certificateRoots?: readonly string[];
  readonly identity?: string;
  readonly identityProvider?: string;
  readonly trustedRoot?: string;
  readonly policy?: string;
  readonly scanPolicy?: string;
  readonly browser?: string;
  readonly jobs?: number;
  readonly progress: boolean;
}
