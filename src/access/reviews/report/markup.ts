import { timeText } from '../../../contract/time-text.ts';

/** Characters that change what a reader sees instead of being seen: controls, formatting, private use, separators of lines, halves of pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Any text as markup that shows it; what is hidden is spelled out, so that a hostile name cannot draw. */
export function escapeText(text: string): string {
  return text
    .replaceAll(HIDDEN, (char) => (char === '\n' ? ' ' : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export interface Column<Row> {
  readonly title: string;
  /** Class of its cells. */
  readonly kind?: 'number' | 'id';
  /** Markup. */
  readonly cell: (row: Row) => string;
}

/** A table with a caption and a head row that is printed on each page; each cell also says its column, for narrow screens. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const head = columns.map(({ title, kind }) => `<th scope="col"${classOf(kind)}>${escapeText(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((column) => cellOf(column, row)).join('')}</tr>`).join('\n');
  return `<table><caption>${escapeText(caption)}</caption><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table>`;
}

function cellOf<Row>({ title, kind, cell }: Column<Row>, row: Row): string {
  return `<td${classOf(kind)} data-label="${escapeText(title)}">${cell(row)}</td>`;
}

function classOf(kind: string | undefined): string {
  return kind === undefined ? '' : ` class="${kind}"`;
}

export function badge(tone: string, label: string): string {
  return `<span class="badge ${tone}">${escapeText(label)}</span>`;
}

export function section(id: string, title: string, content: string): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escapeText(title)}</h2>
${content}
</section>`;
}

/** Names and values; a null value is told as none. */
export function facts(rows: readonly (readonly [name: string, value: string | null])[]): string {
  const items = rows.map(
    ([name, value]) =>
      `<dt>${escapeText(name)}</dt><dd>${value === null ? '<span class="dim">none</span>' : escapeText(value)}</dd>`,
  );
  return `<dl>${items.join('\n')}</dl>`;
}

/** `2026-01-02 03:04 UTC`, from ms since 1970. */
export function shownTime(atMs: number | null): string {
  if (atMs === null) return 'never';
  const iso = timeText(atMs);
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
