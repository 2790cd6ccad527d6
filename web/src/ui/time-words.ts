const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [YEAR, 'year'],
  [MONTH, 'month'],
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
const dayOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

const BARELY_SECONDS = 45;

/** "3 minutes ago", "in 2 days"; within three quarters of a minute: "just now". */
export function relativeTime(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  const size = Math.abs(seconds);
  if (size < BARELY_SECONDS) return 'just now';
  const [unitSeconds, unit] = steps.find(([threshold]) => size >= threshold) ?? [MINUTE, 'minute' as const];
  return relative.format(Math.round(seconds / unitSeconds), unit);
}

/** Date and time to the second, in the reader's own time zone. */
export function absoluteTime(iso: string): string {
  return absolute.format(Date.parse(iso));
}

/** The date alone. */
export function dateOf(iso: string): string {
  return dayOnly.format(Date.parse(iso));
}
