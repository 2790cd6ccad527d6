import type { Digest } from '../../scan/fingerprint.ts';
import { htmlPage } from '../../scan/reporters/html-parts.ts';
import { count, formatBytes, grouped } from '../../scan/reporters/wording.ts';
import type { AssuranceReport, Reason } from '../schema.ts';
import { ANSWERS, LIMITS, ORIGINS, parameterText, QUESTION, WEIGHTS } from '../wording.ts';
import { escapeText } from './markup.ts';
import { sections } from './sections.ts';
import { ASSURANCE_STYLE } from './style.ts';

/** The assurance report as one page without scripts or anything remote. */
export function renderAssuranceHtml(report: AssuranceReport, digest: Digest): string {
  const parts = sections(report);
  const body = `<main class="assurance">
${head(report)}
${answer(report)}
${tiles(report)}
<nav class="contents" aria-label="Contents">${parts.map(({ id, title }) => `<a href="#${id}">${escapeText(title)}</a>`).join(' ')}</nav>
${parts.map((one) => one.markup).join('\n')}
<footer><p>${escapeText(LIMITS)}</p>
<p>Made by vouchsafe ${escapeText(report.tool.version)} on ${escapeText(timeText(report.createdAt))}. Nothing in the model was run.</p></footer>
</main>`;
  const title = `${report.subject.name}: assurance report`;
  return htmlPage({ title, style: ASSURANCE_STYLE, body, digest });
}

/** `2026-01-02 03:04 UTC` */
function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function head({ subject, createdAt }: AssuranceReport): string {
  const version = subject.version === null ? '' : ` ${subject.version}`;
  return `<header><p class="kind">Assurance report</p>
<h1>${escapeText(`${subject.name}${version}`)}</h1>
<p class="dim">${escapeText(subject.path)} · ${escapeText(timeText(createdAt))}</p></header>`;
}

function answer({ answer: given, reasons }: AssuranceReport): string {
  const { word, sentence } = ANSWERS[given];
  return `<section class="answer ${given}" aria-labelledby="answer"><h2 class="question" id="answer">${QUESTION}</h2>
<p class="word">${escapeText(word)}</p>
<p class="sentence">${escapeText(sentence)}</p>
<ol class="reasons">
${reasons.map(reasonItem).join('\n')}
</ol></section>`;
}

function reasonItem({ weight, text, origin }: Reason): string {
  return `<li class="${weight}"><span class="weight">${WEIGHTS[weight]}</span><p>${escapeText(text)}</p><span class="origin">${ORIGINS[origin]}</span></li>`;
}

function tiles({ subject, verdict, bom, evidence }: AssuranceReport): string {
  const parameters = bom.weights.map((one) => parameterText(one.parameters)).join(' / ');
  const signature = evidence.find((one) => one.kind === 'signature');
  const state = signature === undefined ? 'none' : STATES[signature.state];
  return `<div class="tiles">
${tile(verdict, verdict, 'verdict of the scan')}
${tile(signature?.state ?? '', state, 'signature')}
${tile('', grouped(subject.files), `${subject.files === 1 ? 'file' : 'files'}, ${formatBytes(subject.bytes)}`)}
${tile('', parameters === '' ? 'unknown' : parameters, 'parameters')}
${tile('', licenceText(bom.licences), 'licence, as stated')}
${tile('', count(bom.datasets.length, 'data set'), 'stated')}
</div>`;
}

/** What fits a tile; all of it is told below. */
const MAX_TILE = 28;

function licenceText([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'unknown';
  if (others.length > 0) return count(others.length + 1, 'licence');
  return first.length > MAX_TILE ? 'named below' : first;
}

const STATES = { verified: 'verified', 'not-verified': 'not verified', invalid: 'invalid' } as const;

function tile(tone: string, value: string, label: string): string {
  return `<div class="tile ${tone}"><b>${escapeText(value, MAX_TILE)}</b><span>${escapeText(label)}</span></div>`;
}
