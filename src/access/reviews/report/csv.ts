import type { ReviewItemTable } from '../../../store/tables/reviews.ts';
import type { Proposal } from '../proposals.ts';
import type { ReportFacts } from './facts.ts';
import { timeTextOrNull } from '../../../contract/time-text.ts';

type Cell = string | number | null;

const columns: readonly (readonly [title: string, cell: (item: ReviewItemTable, facts: ReportFacts) => Cell])[] = [
  ['item', ({ id }) => id],
  ['grant', (item) => item.grant_id],
  ['principal_kind', (item) => item.principal_kind],
  ['principal_id', (item) => item.principal_id],
  ['principal_name', (item, { name }) => name({ kind: item.principal_kind, id: item.principal_id }).name],
  ['role', ({ role }) => role],
  ['scope_kind', (item) => item.scope_kind],
  ['scope_id', (item) => item.scope_id],
  ['scope_name', (item) => item.scope_name],
  ['given_at', (item) => timeTextOrNull(item.given_at)],
  ['given_by', (item) => item.given_by_id],
  ['last_used_at', (item) => timeTextOrNull(item.last_used_at)],
  [
    'proposals',
    ({ proposals }) => (JSON.parse(proposals) as Proposal[]).map(({ kind, why }) => `${kind}: ${why}`).join('; '),
  ],
  ['decision', ({ decision }) => decision ?? 'undecided'],
  ['outcome', ({ outcome }) => outcome],
  ['decided_by_id', (item) => item.decided_by],
  [
    'decided_by_name',
    (item, { name }) => (item.decided_by === null ? null : name({ kind: 'person', id: item.decided_by }).name),
  ],
  ['decided_at', (item) => timeTextOrNull(item.decided_at)],
  ['decided_by_giver', (item) => (item.decided_by !== null && item.decided_by === item.given_by_id ? 'yes' : 'no')],
  ['comment', ({ comment }) => comment],
  ['ledger_index', ({ id }, { indexOf }) => indexOf(id) ?? null],
];

/** The report as a table (RFC 4180): one row an item, undecided ones too. */
export function reportCsv(facts: ReportFacts): string {
  const head = columns.map(([title]) => csvCell(title)).join(',');
  const rows = facts.items.map((item) => columns.map(([, cell]) => csvCell(cell(item, facts))).join(','));
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

/** What a spreadsheet would take for a formula: CWE-1236. The wide forms are read as the narrow ones by some. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** A cell that no spreadsheet runs: a formula is marked as text by an apostrophe before it. */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
