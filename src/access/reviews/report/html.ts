import { hash } from 'node:crypto';
import type { ReviewItemTable } from '../../../store/tables/reviews.ts';
import type { Proposal } from '../proposals.ts';
import type { ReportFacts } from './facts.ts';
import { badge, type Column, escapeText, facts, section, shownTime, table } from './markup.ts';
import { REPORT_STYLE } from './style.ts';

/** What the page may use, for its own `meta` and the header of the answer: its style sheet and nothing else. */
export const REPORT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', REPORT_STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `frame-ancestors` counts in a header only, and a browser complains about it elsewhere. */
const META_POLICY = REPORT_SECURITY_POLICY.replace("; frame-ancestors 'none'", '');

/** The report as one page to read and print, without scripts or anything remote. */
export function reportHtml(report: ReportFacts): string {
  const { campaign } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${META_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeText(campaign.name)}: access review</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header><p class="kind">Access review</p>
<h1>${escapeText(campaign.name)}</h1>
<p class="dim">${stateSentence(report)}</p></header>
${tiles(report)}
${section('about', 'About this review', about(report))}
${undecided(report)}
${section('decisions', 'What was decided', decisions(report))}
${section('evidence', 'Evidence', evidence(report))}
<footer><p>Made by vouchsafe on ${shownTime(report.madeAt)}. Names are those that people have now; ids never change.</p></footer>
</main>
</body>
</html>
`;
}

function stateSentence({ state, campaign }: ReportFacts): string {
  const { closedAt, dueAt } = campaign;
  if (state === 'closed') return `Closed on ${shownTime(Date.parse(closedAt ?? ''))}`;
  return `${state === 'overdue' ? 'Overdue' : 'Still open'}, due on ${shownTime(Date.parse(dueAt))}. What is not decided yet may still be.`;
}

function tiles({ items }: ReportFacts): string {
  const count = (of: (item: ReviewItemTable) => boolean) => items.filter(of).length;
  const tile = (tone: string, value: number, label: string) =>
    `<li class="${tone}"><b>${value}</b><span>${escapeText(label)}</span></li>`;
  return `<ul class="tiles" aria-label="In figures">
${tile('', items.length, 'grants reviewed')}
${tile(
  'certified',
  count(({ decision }) => decision === 'certify'),
  'certified',
)}
${tile(
  'revoked',
  count(({ decision }) => decision === 'revoke'),
  'revoked',
)}
${tile(
  'undecided',
  count(({ decision }) => decision === null),
  'undecided',
)}
</ul>`;
}

function about({ campaign, unusedDays }: ReportFacts): string {
  const known = facts([
    ['Campaign', campaign.id],
    ['Started', `${shownTime(Date.parse(campaign.createdAt))} by ${campaign.createdBy.name}`],
    ['Due', shownTime(Date.parse(campaign.dueAt))],
    ['Closed', campaign.closedAt === null ? null : shownTime(Date.parse(campaign.closedAt))],
    ['Reviewers', campaign.reviewers.map(({ name, id }) => `${name} (${id})`).join(', ')],
    ['Escalated when overdue to', campaign.escalateTo?.name ?? null],
  ]);
  return `${known}
<p>Reviewed were the grants that held when the campaign started; what was given later is for the next one. “Unused” means: not used for ${unusedDays} days. When a grant was last used is known to the minute; what was read with it is not recorded, so “excessive” is said only where a narrower role allows all the same reading. Nobody decided about his own access or a service of his own.</p>`;
}

function undecided(report: ReportFacts): string {
  const open = report.items.filter(({ decision }) => decision === null);
  if (open.length === 0) return '';
  const lead =
    report.state === 'closed'
      ? '<p>These grants were not decided. They hold as before: nobody vouched for them.</p>'
      : '<p>These grants wait for a decision.</p>';
  const rows = table(`${open.length} undecided`, grantColumns(report), open);
  return section('undecided', 'What was not decided', `${lead}${rows}`);
}

function decisions(report: ReportFacts): string {
  const decided = report.items.filter(({ decision }) => decision !== null);
  if (decided.length === 0) return '<p>Nothing.</p>';
  return table(`${decided.length} decided`, [...grantColumns(report), ...decisionColumns(report)], decided);
}

function grantColumns({ name }: ReportFacts): readonly Column<ReviewItemTable>[] {
  return [
    {
      title: 'Who',
      cell: (item) =>
        `${escapeText(name({ kind: item.principal_kind, id: item.principal_id }).name)}<br><span class="id">${escapeText(item.principal_id)}</span>`,
    },
    {
      title: 'Role and place',
      cell: (item) =>
        `${escapeText(item.role)} on ${escapeText(item.scope_name)}<br><span class="id">${escapeText(item.grant_id)}</span>`,
    },
    { title: 'Last used', cell: (item) => `${shownTime(item.last_used_at)}${proposalList(item)}` },
  ];
}

function proposalList({ proposals }: ReviewItemTable): string {
  const all = JSON.parse(proposals) as readonly Proposal[];
  if (all.length === 0) return '';
  return `<ul class="why">${all.map(({ kind, why }) => `<li>${escapeText(`${kind}: ${why}`)}</li>`).join('')}</ul>`;
}

const OUTCOMES = { kept: '', taken: 'taken away', gone: 'had ended already' } as const;

function decisionColumns({ name, indexOf }: ReportFacts): readonly Column<ReviewItemTable>[] {
  return [
    {
      title: 'Decision',
      cell: ({ decision, outcome }) => {
        const label = decision === 'certify' ? badge('certified', 'certified') : badge('revoked', 'revoked');
        const found = outcome === null ? '' : OUTCOMES[outcome];
        return found === '' ? label : `${label}<br><span class="dim">${found}</span>`;
      },
    },
    {
      title: 'By and when',
      cell: (item) => {
        const by = name({ kind: 'person', id: item.decided_by ?? '' }).name;
        const gaveIt = item.decided_by === item.given_by_id ? '<br><span class="dim">who had given it</span>' : '';
        return `${escapeText(by)}<br><span class="dim">${shownTime(item.decided_at)}</span>${gaveIt}`;
      },
    },
    { title: 'Comment', cell: ({ comment }) => escapeText(comment ?? '') },
    { title: 'Ledger', kind: 'number', cell: ({ id }) => String(indexOf(id) ?? '') },
  ];
}

function evidence({ recordDigest, history }: ReportFacts): string {
  const record =
    recordDigest === null
      ? '<p>The campaign is open: its record is not final.</p>'
      : `<p>The record of the closed campaign (report.json) has the SHA-256 <code>${escapeText(recordDigest)}</code>. The entry review.close names it: <code>sha256sum report.json</code> shows whether the record is the one that was closed, and vouchsafe ledger verify that the entry is in the ledger.</p>`;
  const columns = [
    { title: 'Entry', cell: ({ activity }) => escapeText(activity) },
    { title: 'When', cell: ({ time }) => shownTime(time) },
    { title: 'Ledger', kind: 'number', cell: ({ index }) => String(index) },
  ] as const satisfies readonly Column<ReportFacts['history'][number]>[];
  return `${record}${table('Entries about the campaign; those about decisions are named beside them', columns, history)}`;
}
