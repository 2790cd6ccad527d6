import type { ModelFacts } from '../../bom/facts.ts';
import type { VersionSource } from '../../contract/types/registry.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import type { AdmissionFacts, SourceSigner } from './facts.ts';

export interface Examined {
  readonly model: {
    readonly name: string;
    readonly classification: AdmissionFacts['model']['classification'];
    readonly tags: readonly string[];
    /** What its owners say; counts beside what the files say. */
    readonly licence: string | null;
  };
  readonly source: VersionSource;
  readonly report: ScanReport;
  readonly facts: ModelFacts;
  /** Who signed everything, verified with `signingTrust(policy)`; `unverified`: why others do not count. Null: nobody looked. */
  readonly signatures: { readonly signers: readonly SourceSigner[]; readonly unverified: readonly string[] } | null;
  /** What a dry run of the conversion refused, as `PATH: REASON`. Null: it was not tried. */
  readonly conversion: { readonly refused: readonly string[] } | null;
  readonly examinedAtMs: number;
}

/** What was found out about a version, small enough to be kept beside it. Pure. */
export function factsOf(_examined: Examined): AdmissionFacts {
  throw new Error('not yet');
}
