import type { AssuranceFinding, AssuranceReport } from '../schema.ts';
import { badge, escapeText, link, prose } from './markup.ts';

/** Findings in plain words: what, where, why it matters, what to do. */
export function findings({ findings: all }: AssuranceReport): string {
  return all.map(findingBlock).join('\n');
}

function findingBlock(finding: AssuranceFinding): string {
  const { severity, title, ruleId, why, fix, places, morePlaces, references, accepted } = finding;
  const where = places.map(({ path, detail }) => `<li><b>${escapeText(path)}</b>: ${escapeText(detail)}</li>`);
  const more = morePlaces > 0 ? `<li class="dim">and ${morePlaces} more</li>` : '';
  return `<div class="finding ${severity}${accepted === null ? '' : ' suppressed'}">
<h3>${badge(severity, severity)} ${escapeText(title)} <small>${escapeText(ruleId)}</small></h3>
${accepted === null ? '' : `<p><b>Accepted.</b> ${escapeText(accepted)}</p>`}
<ul class="places">${where.join('\n')}${more}</ul>
${why === null ? '' : `<p><b>Why it matters.</b> ${prose(why)}</p>`}
${fix === null ? '' : `<p><b>What to do.</b> ${prose(fix)}</p>`}
${references.length === 0 ? '' : `<p class="dim">${references.map(({ id, url }) => link(id, url)).join(' · ')}</p>`}
</div>`;
}
