import { describe, expect, it } from 'vitest';
import { clock, conditionWords, minutesOf, scopeWords } from './words.ts';

describe('conditionWords', () => {
  it('is empty for a grant that always counts', () => {
    expect(conditionWords({})).toEqual([]);
    expect(conditionWords({ networks: [], level: 1 })).toEqual([]);
  });

  it('says each condition as a phrase', () => {
    expect(
      conditionWords({
        level: 2,
        networks: ['10.0.0.0/8'],
        hours: { days: [5, 1, 2, 3, 4], fromMinute: 480, toMinute: 1080, timeZone: 'Europe/Berlin' },
        purposes: ['release', 'incident'],
        maxClassification: 'internal',
      }),
    ).toEqual([
      'with two factors',
      'from 10.0.0.0/8',
      'Mon–Fri 08:00–18:00 (Europe/Berlin)',
      'for release or incident',
      'up to internal',
    ]);
  });

  it('lists days that are no run', () => {
    expect(conditionWords({ hours: { days: [1, 3, 7], fromMinute: 0, toMinute: 1440, timeZone: 'UTC' } })).toEqual([
      'Mon, Wed, Sun 00:00–24:00 (UTC)',
    ]);
  });
});

describe('minutesOf', () => {
  it.each([0, 1, 59, 60, 719, 1439, 1440])('reads back what clock writes: %i', (minutes) => {
    expect(minutesOf(clock(minutes))).toBe(minutes);
  });
  it.each(['', '8', '25:00', '12:60', '24:01', 'noon'])('refuses %j', (text) => {
    expect(minutesOf(text)).toBeNull();
  });
});

describe('scopeWords', () => {
  it('prefers the name to the id', () => {
    expect(scopeWords({ kind: 'server' })).toBe('the whole server');
    expect(scopeWords({ kind: 'project', id: 'prj_1', name: 'Atlas' })).toBe('project Atlas');
    expect(scopeWords({ kind: 'model', id: 'mod_1' })).toBe('model mod_1');
  });
});
