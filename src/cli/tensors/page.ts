import type { Histogram } from '../../tensors/stats/histogram.ts';
import type { TensorStats } from '../../tensors/stats/tensor-stats.ts';
import { count, formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import type { Theme } from '../render/theme.ts';
import { duplicatesIn, type Listing, type Remark, remarksOn, type Row, totalsOf } from './listing.ts';

const BARS = ' ▁▂▃▄▅▆▇█';
/** Lines shown of what is refused, omitted or the same; JSON has all. */
const MAX_LINES = 20;
const WORDS: Readonly<Record<Remark, string>> = {
  nan: 'NaN',
  inf: 'infinite',
  'not-boolean': 'not only 0 and 1',
  constant: 'constant',
};

/** The listing for a terminal. */
export function tensorsPage(listing: Listing, theme: Theme): string {
  const { opened, rows } = listing;
  const totals = totalsOf(rows.map(({ tensor }) => tensor));
  const formats = [...new Set(opened.parts.map(({ file }) => file.format))].join(', ');
  const lines = [
    `${theme.bold(visible(opened.target))}  ${formats}, ${count(totals.tensors, 'tensor')}, ${grouped(totals.elements)} elements, ${formatBytes(totals.bytes)}`,
    ...table(rows, opened.parts.length > 1, theme),
    '',
    ...totals.dtypes.map(({ dtype, tensors, bytes }) => `${dtype}: ${count(tensors, 'tensor')}, ${formatBytes(bytes)}`),
    ...refusals(listing, theme),
    ...duplicateLines(listing),
  ];
  return `${lines.join('\n')}\n`;
}

function table(rows: readonly Row[], showFile: boolean, theme: Theme): string[] {
  const cells = rows.map(({ tensor, file }) => [
    visible(tensor.name),
    tensor.dtype,
    `[${tensor.shape.join(', ')}]`,
    formatBytes(tensor.placement.byteLength),
    visible([showFile ? file : '', tensor.origin.member].filter((part) => part !== '').join(': ')),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.min(60, Math.max(0, ...widthsOf(cells, column))));
  return rows.flatMap((row, index) => {
    const [name = '', dtype = '', shape = '', bytes = '', place = ''] = cells[index] ?? [];
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = widths;
    const line = `  ${name.padEnd(w0)}  ${dtype.padEnd(w1)}  ${shape.padEnd(w2)}  ${bytes.padStart(w3)}  ${theme.dim(place)}`;
    return [line.trimEnd(), ...details(row, theme)];
  });
}

function* widthsOf(cells: readonly (readonly string[])[], column: number): Generator<number> {
  for (const row of cells) yield row[column]?.length ?? 0;
}

function details({ examination, error }: Row, theme: Theme): string[] {
  if (error !== undefined) return [`      ${theme.bold('cannot be read')}: ${visible(error.message)}`];
  const { stats, sha256 } = examination ?? {};
  const lines: string[] = [];
  if (stats !== undefined) lines.push(`      ${statsLine(stats, theme)}`);
  if (stats?.histogram) lines.push(`      ${histogramLine(stats.histogram)}`);
  if (sha256 !== undefined && stats === undefined) lines.push(`      ${theme.dim(`sha256 ${sha256}`)}`);
  return lines;
}

function statsLine(stats: TensorStats, theme: Theme): string {
  const { min, max, mean, std, zeros, nan, inf, count: all } = stats;
  const parts = [`min ${shown(min)}`, `max ${shown(max)}`, `mean ${shown(mean)}`, `std ${shown(std)}`];
  if (zeros > 0) parts.push(`zeros ${grouped(zeros)} (${share(zeros, all)})`);
  if (nan > 0) parts.push(theme.bold(`NaN ${grouped(nan)} (${share(nan, all)})`));
  if (inf > 0) parts.push(theme.bold(`infinite ${grouped(inf)} (${share(inf, all)})`));
  const remarks = remarksOn(stats).filter((remark) => remark === 'constant' || remark === 'not-boolean');
  return [...parts, ...remarks.map((remark) => theme.bold(WORDS[remark]))].join('  ');
}

function shown(value: number | bigint | null): string {
  if (value === null) return '–';
  return typeof value === 'bigint' || Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

function share(part: number, whole: number): string {
  const percent = (part / whole) * 100;
  return `${percent < 0.01 ? '<0.01' : percent.toPrecision(3)} %`;
}

/** A row of bars between the bounds, the highest for the fullest step. */
function histogramLine({ low, high, counts }: Histogram): string {
  const most = Math.max(1, ...counts);
  const bars = counts.map((times) => BARS[times === 0 ? 0 : Math.max(1, Math.round((times / most) * 8))]);
  return `${shown(low)} ${bars.join('')} ${shown(high)}`;
}

function refusals({ opened }: Listing, theme: Theme): string[] {
  const lines: string[] = [];
  const place = (path: string): string => (opened.parts.length > 1 ? `${visible(path)}: ` : '');
  for (const { path, file } of opened.parts) {
    for (const { name, code, detail } of file.refused) {
      lines.push(`${theme.bold('refused')} ${place(path)}${visible(name)}: ${visible(detail)} (${code})`);
    }
    for (const { path: at, what } of file.omitted)
      lines.push(`left out ${place(path)}${visible(at)}: ${visible(what)}`);
    for (const note of file.notes) lines.push(`note: ${place(path)}${visible(note)}`);
  }
  for (const { path, error } of opened.failed) {
    lines.push(`${theme.bold('cannot be read')}: ${visible(path)}: ${visible(error.message)} (${error.code})`);
  }
  return cut(lines);
}

function duplicateLines(listing: Listing): string[] {
  return cut(duplicatesIn(listing.rows).map((names) => `same bytes: ${names.map(visible).join(', ')}`));
}

function cut(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > MAX_LINES ? [`… and ${lines.length - MAX_LINES} more; --format json has all`] : [];
  return ['', ...lines.slice(0, MAX_LINES), ...more];
}
