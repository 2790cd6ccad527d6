import type { AssuranceReport, Reason } from '../../assurance/schema.ts';
import { ANSWERS, LIMITS, ORIGINS, QUESTION, WEIGHTS } from '../../assurance/wording.ts';
import { count } from '../../scan/reporters/wording.ts';
import { visibleShort } from '../../scan/visible-text.ts';
import type { Theme } from '../render/theme.ts';
import { wrap } from '../render/wrap.ts';

const MAX_LINE = 600;

/** The report for a terminal: the answer with its reasons and, unless it is to be brief, what is open. */
export function renderAssuranceText(report: AssuranceReport, theme: Theme, isBrief: boolean): string {
  const { subject, answer, reasons, open, findings, commands } = report;
  const { word, sentence } = ANSWERS[answer];
  const lines = [
    `${theme.bold(`${subject.name}: ${QUESTION}`)} ${theme.verdict(TONES[answer], theme.bold(word))}`,
    ...wrap(sentence, theme.width),
    '',
    ...reasons.flatMap((one) => reasonLines(one, theme)),
  ];
  if (!isBrief) {
    lines.push('', theme.bold(`Findings: ${findings.length === 0 ? 'none' : ''}`.trimEnd()));
    for (const { severity, title, ruleId, places } of findings) {
      lines.push(`  ${theme.severity(severity, severity.padEnd(9))} ${title} ${theme.dim(ruleId)}`);
      const [place] = places;
      if (place !== undefined) lines.push(...indented(`${place.path}: ${place.detail}`, theme));
    }
    if (open.length > 0) lines.push('', theme.bold(count(open.length, 'open point')));
    for (const { text, todo } of open) lines.push(...indented(`${text} ${todo}`, theme));
    lines.push('', theme.bold('Check it again'), ...commands.map(({ command }) => `  ${command}`));
    lines.push('', ...wrap(LIMITS, theme.width).map((line) => theme.dim(line)));
  }
  return `${lines.join('\n')}\n`;
}

const TONES = { yes: 'clean', conditionally: 'inconclusive', 'not-yet': 'suspicious', no: 'malicious' } as const;

function reasonLines({ weight, text, origin }: Reason, theme: Theme): string[] {
  const label = WEIGHTS[weight].padEnd(11);
  const [first = '', ...rest] = wrap(`${visibleShort(text, MAX_LINE)} (${ORIGINS[origin]})`, theme.width - 13);
  return [`  ${label}${first}`, ...rest.map((line) => `${' '.repeat(13)}${line}`)];
}

function indented(text: string, theme: Theme): string[] {
  return wrap(visibleShort(text, MAX_LINE), theme.width - 4).map((line) => `    ${line}`);
}
