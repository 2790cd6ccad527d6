import type { ConversionRecord } from '../../convert/record-schema.ts';
import type { ConvertResult } from '../../node/convert/convert.ts';
import { count, formatBytes } from '../../scan/reporters/wording.ts';
import { visible, visibleShort } from '../../scan/visible-text.ts';
import type { Theme } from '../render/theme.ts';

/** Rows shown of each list; `--format json` has them all. */
const MAX_ROWS = 100;
const MAX_TEXT = 200;

/** What was written, or would be, and what was not and why. */
export function renderConversion(result: ConvertResult, theme: Theme): string {
  const { record, written } = result;
  const lines = [
    ...sources(record, theme),
    ...outputs(record, theme),
    ...(written ? [] : tensors(record, theme)),
    ...section(
      'left out',
      record.leftOut,
      theme,
      ({ path, reason, verdict }) =>
        `${visible(path)}  ${theme.dim(`${verdict === null ? '' : `${verdict}: `}${visibleShort(reason, MAX_TEXT)}`)}`,
    ),
    ...section(
      'refused',
      record.refused,
      theme,
      ({ name, code, detail }) => `${visible(name)}  ${theme.dim(`${code}: ${visibleShort(detail, MAX_TEXT)}`)}`,
    ),
    ...section(
      'aliases dropped',
      record.dropped,
      theme,
      ({ name, kept, identical }) => `${visible(name)} is ${identical ? '' : 'a part of '}${visible(kept)}`,
    ),
    ...section(
      'not tensors',
      record.omitted,
      theme,
      ({ path, what }) => `${visibleShort(path, MAX_TEXT)}  ${theme.dim(visibleShort(what, MAX_TEXT))}`,
      5,
    ),
    ...section('notes', record.notes, theme, (note) => visibleShort(note, MAX_TEXT)),
    summary(result, theme),
  ];
  return `${lines.join('\n')}\n`;
}

function sources({ sources }: ConversionRecord, theme: Theme): string[] {
  return section('from', sources, theme, ({ path, format, size, verdict }) => {
    const judged = verdict === null ? '' : `  ${theme.verdict(verdict, verdict)}`;
    return `${visible(path)}  ${theme.dim(`${format}, ${formatBytes(size)}`)}${judged}`;
  });
}

function outputs({ outputs, tensors }: ConversionRecord, theme: Theme): string[] {
  const counts = new Map<string, number>();
  for (const { output } of tensors) counts.set(output.path, (counts.get(output.path) ?? 0) + 1);
  return section('to', outputs, theme, ({ path, size, sha256 }) => {
    const held = counts.get(path);
    const what = held === undefined ? formatBytes(size) : `${count(held, 'tensor')}, ${formatBytes(size)}`;
    return `${visible(path)}  ${theme.dim(what)}${sha256 === null ? '' : theme.dim(`  ${sha256}`)}`;
  });
}

/** A table of what would be written where. */
function tensors({ tensors }: ConversionRecord, theme: Theme): string[] {
  const rows = tensors.slice(0, MAX_ROWS).map(({ name, dtype, shape, output }) => ({
    name: visibleShort(name, 80),
    kind: `${dtype} [${shape.join(', ')}]`,
    place: `${visible(output.path)} ${output.begin}-${output.end}`,
  }));
  const width = (pick: 'name' | 'kind'): number => Math.max(0, ...rows.map((row) => row[pick].length));
  const [nameWidth, kindWidth] = [width('name'), width('kind')];
  const lines = rows.map(
    ({ name, kind, place }) => `  ${name.padEnd(nameWidth)}  ${kind.padEnd(kindWidth)}  ${theme.dim(place)}`,
  );
  const left = tensors.length - rows.length;
  return [
    theme.bold('tensors'),
    ...lines,
    ...(left > 0 ? [theme.dim(`  and ${left} more; --format json has all`)] : []),
  ];
}

function section<Item>(
  title: string,
  items: readonly Item[],
  theme: Theme,
  row: (item: Item) => string,
  rows = MAX_ROWS,
): string[] {
  if (items.length === 0) return [];
  const left = items.length - rows;
  const more = left > 0 ? [theme.dim(`  and ${left} more; --format json has all`)] : [];
  return [theme.bold(title), ...items.slice(0, rows).map((item) => `  ${row(item)}`), ...more];
}

function summary(
  { record, written, output, recordPath, backup, verdict, copied }: ConvertResult,
  theme: Theme,
): string {
  const { tensors, outputs } = record;
  const bytes = outputs.reduce((sum, { size }) => sum + size, 0);
  const what = `${count(tensors.length, 'tensor')} in ${count(outputs.length, 'file')}, ${formatBytes(bytes)}`;
  if (!written) return `${theme.bold('would write')} ${what} to ${visible(output)}`;
  const remains = copied === 'clean' ? 'the result holds none of their code' : 'some were kept as they are';
  const scan = verdict === 'clean' ? '' : `; the sources are ${theme.verdict(verdict, verdict)}, ${remains}`;
  const moved = backup === null ? '' : `\n${theme.dim(`what went is in ${visible(backup)}`)}`;
  return `${theme.bold('wrote')} ${what} to ${visible(output)}${scan}\n${theme.dim(`record: ${visible(recordPath)}`)}${moved}`;
}
