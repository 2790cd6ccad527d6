import { InvalidArgumentError } from 'commander';
import type { Threshold } from '../../scan/threshold.ts';

export const convertFormats = ['terminal', 'json'] as const;
export const hashScopes = ['outputs', 'all'] as const;

/** Options of `vouchsafe convert` as they come from the command line. */
export interface ConvertArguments {
  readonly output?: string;
  readonly inPlace?: boolean;
  readonly deleteOriginals?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly hash?: (typeof hashScopes)[number] | true;
  readonly maxShardSize?: number;
  readonly dedupe?: boolean;
  readonly allowPartial?: boolean;
  readonly maxAmplification?: number;
  readonly metadata: readonly (readonly [string, string])[];
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly rawDtype?: string;
  readonly allowCompressed?: boolean;
  readonly wholeObject?: boolean;
  readonly object?: string;
  readonly followLinks?: boolean;
  readonly keep: readonly string[];
  readonly trainingState?: boolean;
  readonly allWeights?: boolean;
  readonly normalize?: boolean;
  readonly failOn?: Threshold;
  readonly policy?: string;
  readonly verify?: string;
  readonly format: (typeof convertFormats)[number];
  readonly quiet?: boolean;
  readonly progress: boolean;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KIB', 2 ** 10],
  ['MIB', 2 ** 20],
  ['GIB', 2 ** 30],
  ['TIB', 2 ** 40],
]);

/** `5GB` is 5 × 10⁹ bytes, as huggingface_hub counts; `5GiB` is 5 × 2³⁰. */
export function parseSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const factor = UNITS.get(unit.toUpperCase());
  const bytes = digits === '' || factor === undefined ? Number.NaN : Math.floor(Number(digits) * factor);
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw new InvalidArgumentError('expected a size such as 5GB or 500MiB');
  return bytes;
}

export function parseMetadata(
  text: string,
  all: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected key=value');
  return [...all, [text.slice(0, at), text.slice(at + 1)]];
}

export function parseFactor(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 1) throw new InvalidArgumentError('expected a number of 1 or more');
  return value;
}
