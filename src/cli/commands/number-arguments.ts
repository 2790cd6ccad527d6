import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 1 to `most`. */
export function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > most) {
      throw new InvalidArgumentError(`expected a whole number from 1 to ${most}`);
    }
    return value;
  };
}

/** More threads than any machine has a use for. */
const MAX_THREADS = 1024;

/** Reads how many threads there may be. */
export const threadCount = wholeNumber(MAX_THREADS);

/** Reads a whole number of at least 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('expected a whole number, at least 1');
  }
  return value;
}

/** Reads a port to listen on. */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('expected a port, 0 to 65535');
  return port;
}
