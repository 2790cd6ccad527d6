import { describe, expect, it } from 'vitest';
import { strengthOf } from './password-strength.ts';

describe('strengthOf', () => {
  it('counts what is missing to the minimum length', () => {
    expect(strengthOf('elevenchars')).toEqual({ level: 0, words: '1 more character' });
    expect(strengthOf('').words).toBe('12 more characters');
  });

  it.each(['aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', '1234567890123456', 'abababababababab'])(
    'calls the pattern %s easy',
    (password) => {
      expect(strengthOf(password).level).toBe(1);
    },
  );

  it('sees a name in it', () => {
    expect(strengthOf('Lovelace-is-the-first', ['Ada', 'lovelace']).level).toBe(1);
  });

  it('calls four unrelated words good', () => {
    expect(strengthOf('correct horse battery staple').level).toBeGreaterThanOrEqual(3);
  });

  it('never falls when a fresh character is added to a good password', () => {
    const password = 'granite-violin-7-harbour';
    const levels = Array.from(password).map((_, index) => strengthOf(password.slice(0, index + 1)).level);
    expect(levels.every((level, index) => index === 0 || level >= (levels[index - 1] ?? 0))).toBe(true);
  });
});
