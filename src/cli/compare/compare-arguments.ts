import { InvalidArgumentError } from 'commander';
import type { ReadingArguments, tensorFormats } from '../tensors/tensors-arguments.ts';

/** Options of `vouchsafe compare` as they come from the command line. */
export interface CompareArguments extends ReadingArguments {
  readonly format: (typeof tensorFormats)[number];
  readonly values?: boolean;
  readonly atol?: number;
  readonly rtol?: number;
}

/** @throws InvalidArgumentError unless it is a finite number of zero or more. */
export function parseTolerance(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Expected a number of zero or more.');
  }
  return value;
}
