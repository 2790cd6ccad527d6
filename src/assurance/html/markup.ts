import { escapeText } from '../../scan/reporters/html-parts.ts';

export { escapeText } from '../../scan/reporters/html-parts.ts';

/** More rows than a person reads; the JSON report has them all. */
const MAX_ROWS = 2000;

export interface Column<Row> {
  readonly title: string;
  /** Class of its cells: `number`, `hash`, `path`. */
  readonly kind?: string;
  /** Markup. */
  readonly cell: (row: Row) => string;
}

/** A table with a caption and a head row; each cell also says its column, for narrow screens. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const head = columns.map(({ title, kind }) => `<th scope="col"${classOf(kind)}>${escapeText(title)}</th>`).join('');
  const body = rows
    .slice(0, MAX_ROWS)
    .map((row) => `<tr>${columns.map((column) => cell(column, row)).join('')}</tr>`)
    .join('\n');
  const more =
    rows.length > MAX_ROWS
      ? `<p class="dim">…and ${rows.length - MAX_ROWS} more; the JSON report has them all.</p>`
      : '';
  return `<table><caption>${escapeText(caption)}</caption><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table>${more}`;
}

function cell<Row>({ title, kind, cell: content }: Column<Row>, row: Row): string {
  return `<td${classOf(kind)} data-label="${escapeText(title)}">${content(row)}</td>`;
}

function classOf(kind: string | undefined): string {
  return kind === undefined ? '' : ` class="${kind}"`;
}

/** A list of names and values; null values are told as unknown. */
export function facts(rows: readonly (readonly [name: string, value: string | null])[]): string {
  const items = rows.map(([name, value]) => {
    const shown = value === null || value === '' ? '<span class="unknown">not stated</span>' : escapeText(value);
    return `<dt>${escapeText(name)}</dt><dd>${shown}</dd>`;
  });
  return `<dl class="facts">${items.join('\n')}</dl>`;
}

export function badge(tone: string, label: string): string {
  return `<span class="badge ${tone}">${escapeText(label)}</span>`;
}

export function section(id: string, title: string, lead: string, content: string): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escapeText(title)}</h2>
<p class="lead">${escapeText(lead)}</p>
${content}
</section>`;
}

/** Text of a rule, in which backticks mark code. */
export function prose(text: string): string {
  return escapeText(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** A text that leads to a page on the web; to anything else it does not lead. */
export function link(text: string, url: string | null): string {
  if (url?.startsWith('https://') !== true) return escapeText(text);
  return `<a href="${escapeText(url)}" rel="noreferrer noopener">${escapeText(text)}</a>`;
}
