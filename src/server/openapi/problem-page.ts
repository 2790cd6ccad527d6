import { escapeText } from '../../scan/reporters/html-parts.ts';
import { page, prose, sentence } from './page.ts';
import type { ProblemKind } from './problem-catalogue.ts';

/** What a code means and what to do about it: where the `type` of a problem leads. */
export function problemPage({ code, status, summary, hint }: ProblemKind): string {
  return page(
    `Vouchsafe: ${code}`,
    `<main class="single"><p class="dim">Problem</p><h1>${escapeText(code)}</h1>
<p>${prose(sentence(summary))}</p>
<dl><dt>Status</dt><dd>${status}</dd>${hint === undefined ? '' : `<dt>What to do</dt><dd>${prose(sentence(hint))}</dd>`}</dl>
<p class="dim">The answer itself says more in <code>detail</code>; its <code>instance</code> is the id of the request in the log of the server.</p>
<p><a href="/problems">All problems</a> · <a href="/api/docs">The HTTP interface</a></p></main>`,
  );
}

/** Every code on one page. */
export function problemsPage(kinds: Iterable<ProblemKind>): string {
  const rows = [...kinds].map(
    ({ code, status, summary, hint }) =>
      `<tr><td><a href="/problems/${code}"><code>${escapeText(code)}</code></a></td><td>${status}</td><td>${prose(sentence(summary))}${hint === undefined ? '' : `<br><span class="dim">${prose(sentence(hint))}</span>`}</td></tr>`,
  );
  return page(
    'Vouchsafe: problems',
    `<main class="single"><h1>Problems</h1>
<p>Every <code>code</code> that the server answers with. Codes are stable.</p>
<table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What it means, and what to do</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>
<p><a href="/api/docs">The HTTP interface</a></p></main>`,
  );
}
