import type { ModelPlan, PlanOptions } from '../../convert/plan.ts';
import type { Judged } from './scan-inputs.ts';
import type { OpenSource } from './open-source.ts';
import type { ConvertOptions } from './options.ts';

/** Files that become one model. */
export interface ModelJob {
  readonly plan: ModelPlan;
  readonly sources: readonly OpenSource[];
  /** Folder of its outputs within the destination, with a slash at the end; empty for the top. */
  readonly folder: string;
}

/** A file that is carried over as it is. */
export interface CopyJob {
  /** What is opened. */
  readonly place: string;
  /** Its path in the folder, and in the result. */
  readonly path: string;
  readonly size: number;
  /** What the scan saw: another file of that name is not copied. */
  readonly identity: string | null;
}

/** Why a file of a folder is not in the result. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
  readonly verdict: Judged['verdict'] | null;
}

export interface ChangedFile {
  readonly path: string;
  readonly became: readonly string[];
  readonly why: string;
}

/** Everything that is to be done. */
export interface Job {
  readonly models: readonly ModelJob[];
  readonly copies: readonly CopyJob[];
  readonly leftOut: readonly LeftOut[];
  readonly changed: readonly ChangedFile[];
  /** Files that a folder does without once it is converted in place. */
  readonly gone: readonly string[];
  /** What the scan says of each file converted or copied, by path; it may still be running. */
  readonly judged: Promise<ReadonlyMap<string, Judged>>;
}

/** The part of the options that a plan depends on. */
export function planOptions(options: ConvertOptions): Omit<PlanOptions, 'layout'> {
  const { dedupe, allowPartial, metadata, maxAmplification } = options;
  return {
    select: options.select ?? [],
    exclude: options.exclude ?? [],
    dedupe,
    allowPartial,
    metadata,
    maxAmplification,
  };
}
