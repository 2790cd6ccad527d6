import ipaddr from 'ipaddr.js';
import type { Conditions } from '../../contract/types/people.ts';
import { type Classification, classifications } from '../policies/request.ts';
import { networkTest } from '../services/networks.ts';

/** Under which circumstances something is asked for. */
export interface Circumstances {
  readonly level: 1 | 2;
  readonly address: string;
  /** ms since 1970. */
  readonly atMs: number;
  readonly purpose: string;
  readonly classification: Classification;
}

/** A condition of a grant that is not met, with the sentence that says so. */
export interface UnmetCondition {
  readonly kind: keyof Conditions;
  readonly why: string;
}

const MINUTES_PER_HOUR = 60;
const DAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const isoDays: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };

/** The conditions that are not met: a grant holds only where there is none. What cannot be understood is not met. */
export function unmetConditions(conditions: Conditions, now: Circumstances): readonly UnmetCondition[] {
  const unmet: UnmetCondition[] = [];
  const demand = (kind: keyof Conditions, isMet: boolean, why: string): void => {
    if (!isMet) unmet.push({ kind, why });
  };
  const { level, networks, hours, purposes, maxClassification } = conditions;
  if (level !== undefined) demand('level', now.level >= level, 'it holds only after signing in with a second factor');
  if (networks !== undefined && networks.length > 0) {
    demand('networks', isInNetworks(now.address, networks), `it holds only from ${listed(networks)}`);
  }
  if (hours !== undefined) demand('hours', isInHours(hours, now.atMs), `it holds only ${hoursText(hours)}`);
  if (purposes !== undefined && purposes.length > 0) {
    demand('purposes', purposes.includes(now.purpose), `it holds only for the purpose ${listed(purposes)}`);
  }
  if (maxClassification !== undefined) {
    const isMet = rank(now.classification) <= rank(maxClassification);
    demand(
      'maxClassification',
      isMet,
      `it holds only for what is ${maxClassification} or less, and this is ${now.classification}`,
    );
  }
  return unmet;
}

/** The conditions as sentences, for those who look at a grant. */
export function conditionTexts(conditions: Conditions): readonly string[] {
  const { level, networks, hours, purposes, maxClassification } = conditions;
  return [
    ...(level === 2 ? ['with a second factor'] : []),
    ...(networks !== undefined && networks.length > 0 ? [`from ${listed(networks)}`] : []),
    ...(hours === undefined ? [] : [hoursText(hours)]),
    ...(purposes !== undefined && purposes.length > 0 ? [`for the purpose ${listed(purposes)}`] : []),
    ...(maxClassification === undefined ? [] : [`for what is ${maxClassification} or less`]),
  ];
}

const rank = (name: Classification): number => classifications.indexOf(name);
const listed = (names: readonly string[]): string => names.join(' or ');

/** Whether an address is in one of the networks. An IPv4 address that is written as IPv6 is the same address, in the list too. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const readable = networks.filter((network) => ipaddr.isValidCIDR(network));
  return readable.length > 0 && networkTest(readable)(address);
}

type Hours = NonNullable<Conditions['hours']>;

/** Hours that end before they begin go on after midnight: then the day is the one on which they began. */
function isInHours(hours: Hours, atMs: number): boolean {
  const local = localTime(hours.timeZone, atMs);
  if (local === null) return false;
  const { day, minute } = local;
  const yesterday = day === 1 ? 7 : day - 1;
  const { fromMinute, toMinute, days } = hours;
  if (fromMinute <= toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute);
}

const formats = new Map<string, Intl.DateTimeFormat | null>();
/** There are about 600 time zones; names that are none must not fill the memory. */
const MAX_FORMATS = 1000;

function localTime(timeZone: string, atMs: number): { readonly day: number; readonly minute: number } | null {
  const format = formatFor(timeZone);
  if (format === null) return null;
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const minute = Number(parts.get('hour')) * MINUTES_PER_HOUR + Number(parts.get('minute'));
  return { day: isoDays[parts.get('weekday') ?? ''] ?? 0, minute };
}

function formatFor(timeZone: string): Intl.DateTimeFormat | null {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const format = makeFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    const clock = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('en-US', { timeZone, ...clock });
  } catch {
    return null;
  }
}

/** Whether a time zone is one that this server knows. */
export function isTimeZone(timeZone: string): boolean {
  return formatFor(timeZone) !== null;
}

function hoursText({ days, fromMinute, toMinute, timeZone }: Hours): string {
  const names = days.map((day) => DAYS[day] ?? String(day)).join(', ');
  return `on ${names} from ${clockText(fromMinute)} to ${clockText(toMinute)} (${timeZone})`;
}

function clockText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / MINUTES_PER_HOUR))}:${two(minutes % MINUTES_PER_HOUR)}`;
}
