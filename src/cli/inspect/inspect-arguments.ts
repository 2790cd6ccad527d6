import { InvalidArgumentError } from 'commander';

export const inspectFormats = ['terminal', 'json'] as const;

/** Options of `vouchsafe inspect`. */
export interface InspectArguments {
  readonly format?: (typeof inspectFormats)[number];
  readonly maxLines?: number;
}

/** @throws InvalidArgumentError unless it is a whole number above zero. */
export function parseMaxLines(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Expected a whole number above zero.');
  return count;
}
