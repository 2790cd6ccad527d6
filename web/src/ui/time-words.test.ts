import { describe, expect, it } from 'vitest';
import { relativeTime } from './time-words.ts';

const now = Date.parse('2026-03-10T12:00:00.000Z');
const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString();

describe('relativeTime', () => {
  it.each([
    [-10, 'just now'],
    [30, 'just now'],
    [-50, '1 minute ago'],
    [-3 * 60, '3 minutes ago'],
    [-2 * 3600, '2 hours ago'],
    [-26 * 3600, 'yesterday'],
    [5 * 86_400, 'in 5 days'],
    [-70 * 86_400, '2 months ago'],
    [-800 * 86_400, '2 years ago'],
  ])('%i seconds from now reads "%s"', (seconds, words) => {
    expect(relativeTime(at(seconds), now)).toBe(words);
  });
});
