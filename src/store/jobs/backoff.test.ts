import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

it.each([
  [1, 0, 2500],
  [1, 1, 5000],
  [3, 0.5, 15_000],
  [11, 1, 3_600_000],
  [1000, 0, 1_800_000],
])('waits after attempt %d, with chance %d, %d ms', (attempt, chance, expected) => {
  expect(backoffMs(attempt, 5000, () => chance)).toBe(expected);
});
