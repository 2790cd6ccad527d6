import { count, formatBytes, grouped } from '../../scan/reporters/wording.ts';
import type { AssuranceReport } from '../schema.ts';
import { badge, escapeText, facts, table } from './markup.ts';

/** What converting and cleaning did, as their records say. */
export function changes({ conversion, cleaning }: AssuranceReport): string {
  const parts = [conversion === null ? '' : converted(conversion), cleaning === null ? '' : cleaned(cleaning)];
  const shown = parts.filter((one) => one !== '');
  return shown.length === 0 ? '<p>There is no record of a conversion or a cleaning.</p>' : shown.join('\n');
}

type Conversion = NonNullable<AssuranceReport['conversion']>;
type Cleaning = NonNullable<AssuranceReport['cleaning']>;

function converted(conversion: Conversion): string {
  const { file, tool, createdAt, tensors, dropped, omitted, refused } = conversion;
  const known = facts([
    ['Record', file],
    ['Made with', createdAt === null ? tool : `${tool}, ${createdAt}`],
    ['Tensors carried over', grouped(tensors)],
    ['Second names dropped', grouped(dropped)],
    ['Other values left out', grouped(omitted)],
    ['Tensors refused', grouped(refused)],
  ]);
  return `<h3>Conversion</h3>${known}${sources(conversion)}${fileStates('Written, compared now with the files that are there', conversion.outputs)}${list('Files left out', conversion.leftOut)}${list('Files changed', conversion.changed)}${list('Remarks of the conversion', conversion.notes)}`;
}

function sources({ sources: all }: Conversion): string {
  return table(
    'Read from these files, as the record states',
    [
      {
        title: 'Source',
        kind: 'path',
        cell: ({ path, format }) => `${escapeText(path)}<br><span class="origin">${escapeText(format ?? '')}</span>`,
      },
      { title: 'Size', kind: 'number', cell: ({ size }) => formatBytes(size) },
      { title: 'SHA-256', kind: 'hash', cell: ({ sha256 }) => sha256 ?? '<span class="unknown">not recorded</span>' },
    ],
    all,
  );
}

const STATES = { same: 'as recorded', differs: 'differs', missing: 'missing', 'no-digest': 'no digest' } as const;

function fileStates(caption: string, all: Conversion['outputs']): string {
  return table(
    caption,
    [
      { title: 'File', kind: 'path', cell: ({ path }) => escapeText(path) },
      { title: 'State', cell: ({ state }) => badge(state, STATES[state]) },
      { title: 'Size', kind: 'number', cell: ({ size }) => formatBytes(size) },
    ],
    all,
  );
}

function cleaned({ file, tool, createdAt, files, changes: all, moreChanges }: Cleaning): string {
  const known = facts([
    ['Record', file],
    ['Made with', tool],
    ['When', createdAt],
  ]);
  const more = moreChanges > 0 ? `<p class="dim">…and ${grouped(moreChanges)} more.</p>` : '';
  const rows = table(
    `${count(all.length, 'change')}, as the record states`,
    [
      { title: 'File', kind: 'path', cell: ({ path }) => escapeText(path) },
      { title: 'Place', kind: 'path', cell: ({ place }) => escapeText(place) },
      { title: 'Was', cell: ({ was }) => `<code>${escapeText(was)}</code>` },
      { title: 'Done', cell: ({ did }) => escapeText(did) },
    ],
    all,
  );
  const written = files.length === 0 ? '' : fileStates('Cleaned, compared now with the files that are there', files);
  return `<h3>Cleaning</h3>${known}${written}${rows}${more}`;
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h3>${escapeText(title)}</h3><ul class="places">${items.map((one) => `<li>${escapeText(one)}</li>`).join('\n')}</ul>`;
}
