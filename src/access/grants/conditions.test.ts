import { describe, expect, test } from 'vitest';
import type { Conditions } from '../../contract/types/people.ts';
import { type Circumstances, conditionTexts, isInNetworks, unmetConditions } from './conditions.ts';

/** A Monday. */
const NOON_UTC = Date.UTC(2026, 2, 2, 12);
const HOUR_MS = 3_600_000;

const now: Circumstances = { level: 1, address: '10.1.2.3', atMs: NOON_UTC, purpose: '', classification: 'internal' };

const holds = (conditions: Conditions, more: Partial<Circumstances> = {}): boolean =>
  unmetConditions(conditions, { ...now, ...more }).length === 0;

describe('conditions of a grant', () => {
  test('without conditions it always holds, and empty lists are none', () => {
    expect(holds({})).toBe(true);
    expect(holds({ networks: [], purposes: [] })).toBe(true);
  });

  test('level', () => {
    expect(holds({ level: 2 })).toBe(false);
    expect(holds({ level: 2 }, { level: 2 })).toBe(true);
  });

  test.each([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['10.1.2.3', ['::ffff:10.0.0.0/104'], true],
    ['::ffff:10.1.2.3', ['::ffff:10.0.0.0/104'], true],
    ['11.1.2.3', ['::ffff:10.0.0.0/104'], false],
    ['012.1.2.3', ['10.0.0.0/8'], false],
    ['0x0a010203', ['10.0.0.0/8'], false],
    ['2001:db8::1', ['10.0.0.0/8', '2001:db8::/32'], true],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['10.1.2.3', ['no network'], false],
    ['', ['0.0.0.0/0'], false],
    ['no address', ['0.0.0.0/0', '::/0'], false],
    ['2001:db8::1', ['0.0.0.0/0'], false],
  ])('%s in %j: %s', (address, networks, expected) => {
    expect(isInNetworks(address, networks)).toBe(expected);
  });

  const office = { days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, timeZone: 'Europe/Berlin' };

  test('hours are local: in Berlin it is 13:00', () => {
    expect(holds({ hours: office })).toBe(true);
    expect(holds({ hours: { ...office, fromMinute: 780 } })).toBe(true);
    expect(holds({ hours: { ...office, fromMinute: 781 } })).toBe(false);
    expect(holds({ hours: { ...office, toMinute: 780 } }), 'the end is not within').toBe(false);
    expect(holds({ hours: { ...office, days: [2] } })).toBe(false);
  });

  test('hours follow summer time: 06:30 UTC is 08:30 in July and 07:30 in January', () => {
    const halfPastSix = (month: number) => ({ atMs: Date.UTC(2026, month, 6, 6, 30) });
    expect(holds({ hours: { ...office, days: [1, 2] } }, halfPastSix(6))).toBe(true);
    expect(holds({ hours: { ...office, days: [1, 2] } }, halfPastSix(0))).toBe(false);
  });

  test('hours that go on after midnight belong to the day on which they began', () => {
    const night = { days: [1], fromMinute: 1320, toMinute: 360, timeZone: 'UTC' };
    expect(holds({ hours: night }, { atMs: NOON_UTC + 11 * HOUR_MS }), 'Monday 23:00').toBe(true);
    expect(holds({ hours: night }, { atMs: NOON_UTC + 14 * HOUR_MS }), 'Tuesday 02:00').toBe(true);
    expect(holds({ hours: night }, { atMs: NOON_UTC - 10 * HOUR_MS }), 'Monday 02:00').toBe(false);
    expect(holds({ hours: night }), 'Monday 12:00').toBe(false);
  });

  test('a time zone that is none is never met', () => {
    expect(holds({ hours: { ...office, timeZone: 'Mars/Olympus' } })).toBe(false);
  });

  test('purposes and classification', () => {
    expect(holds({ purposes: ['audit'] })).toBe(false);
    expect(holds({ purposes: ['audit'] }, { purpose: 'audit' })).toBe(true);
    expect(holds({ maxClassification: 'internal' })).toBe(true);
    expect(holds({ maxClassification: 'public' })).toBe(false);
    expect(holds({ maxClassification: 'confidential' }, { classification: 'restricted' })).toBe(false);
  });

  test('are told in sentences', () => {
    const all: Conditions = {
      level: 2,
      networks: ['10.0.0.0/8'],
      hours: office,
      purposes: ['a', 'b'],
      maxClassification: 'public',
    };
    expect(conditionTexts(all)).toEqual([
      'with a second factor',
      'from 10.0.0.0/8',
      'on Monday, Tuesday, Wednesday, Thursday, Friday from 08:00 to 18:00 (Europe/Berlin)',
      'for the purpose a or b',
      'for what is public or less',
    ]);
    expect(unmetConditions(all, { ...now, address: '192.0.2.1', atMs: 0 }).map(({ kind }) => kind)).toEqual(
      Object.keys(all),
    );
  });
});
