const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as disks and model hubs count: `1.50 GB`. */
export function byteWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  // The figure stays with its unit.
  return `${value.toFixed(digits)}\u00a0${UNITS[unit]}`;
}

const figure = new Intl.NumberFormat('en-GB');

/** `1 file`, `2,000 files`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${figure.format(count)} ${count === 1 ? one : many}`;
}
