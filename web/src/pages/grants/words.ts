import type { Scope } from '../../../../src/contract/types/common.ts';
import type { Conditions } from '../../../../src/contract/types/people.ts';

/** "the whole server", "project Atlas". */
export function scopeWords(scope: Scope & { readonly name?: string }): string {
  if (scope.kind === 'server') return 'the whole server';
  return `${scope.kind} ${scope.name ?? scope.id}`;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const MINUTES_PER_HOUR = 60;

/** What must hold for a grant to count, each as a phrase; empty when it always does. */
export function conditionWords({ level, networks, hours, purposes, maxClassification }: Conditions): readonly string[] {
  return [
    level === 2 && 'with two factors',
    networks !== undefined && networks.length > 0 && `from ${networks.join(', ')}`,
    hours !== undefined &&
      `${dayWords(hours.days)} ${clock(hours.fromMinute)}–${clock(hours.toMinute)} (${hours.timeZone})`,
    purposes !== undefined && purposes.length > 0 && `for ${purposes.join(' or ')}`,
    maxClassification !== undefined && `up to ${maxClassification}`,
  ].filter((words): words is string => typeof words === 'string');
}

/** Minutes from midnight as 24-hour time. */
export function clock(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / MINUTES_PER_HOUR))}:${two(minutes % MINUTES_PER_HOUR)}`;
}

/** The other way; null for what is no time of a day. */
export function minutesOf(time: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(time);
  if (match === null) return null;
  const minutes = Number(match[1]) * MINUTES_PER_HOUR + Number(match[2]);
  return Number(match[2]) < MINUTES_PER_HOUR && minutes <= 24 * MINUTES_PER_HOUR ? minutes : null;
}

/** ISO days 1 to 7; a run of three or more is written as one. */
function dayWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return '';
  const name = (day: number): string => weekdays[day - 1] ?? String(day);
  const isRun = sorted.length > 2 && last - first === sorted.length - 1;
  return isRun ? `${name(first)}–${name(last)}` : sorted.map(name).join(', ');
}
