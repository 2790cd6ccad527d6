import { rules } from '../../rules/index.ts';
import type { AnyRule } from '../../rules/rule.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { nearest } from '../../scan/nearest.ts';
import { referenceUrl } from '../../scan/reporters/wording.ts';
import { ruleFacts, rulePage, rulesDocument } from '../../scan/reporters/rule-page.ts';
import { visible } from '../../scan/visible-text.ts';
import type { RulesArguments } from './rules-arguments.ts';
import { streamTheme, type Theme } from '../render/theme.ts';
import { wrap } from '../render/wrap.ts';
import { UsageError } from '../usage-error.ts';
import { writeStream } from '../../node/write-file.ts';

/** `vouchsafe rules [id]`. @throws UsageError for an unknown id. */
export async function runRules(id: string | undefined, options: RulesArguments): Promise<void> {
  const theme = streamTheme(process.stdout);
  const text = id === undefined ? listing(options, theme) : page(ruleOf(id), options, theme);
  await writeStream(process.stdout, [text]);
}

function ruleOf(id: string): AnyRule {
  const rule = rules.find((one) => one.id === id);
  if (rule !== undefined) return rule;
  const guess = nearest(
    id,
    rules.map((one) => one.id),
  );
  throw UsageError.of(`unknown rule ${visible(id)}${guess === undefined ? '' : `; did you mean ${guess}?`}`);
}

function listing({ format }: RulesArguments, theme: Theme): string {
  if (format === 'json') return `${jsonText(rules.map(ruleFacts), 2)}\n`;
  if (format === 'markdown') return `${rulesDocument(rules)}\n`;
  const width = Math.max(...rules.map((rule) => rule.id.length)) + 2;
  const lines = rules
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((rule) => `${rule.id.padEnd(width)}${theme.severity(rule.severity, rule.severity.padEnd(10))}${rule.title}`);
  return `${lines.join('\n')}\n\n${theme.dim(`${rules.length} rules; vouchsafe rules ID explains one`)}\n`;
}

function page(rule: AnyRule, { format }: RulesArguments, theme: Theme): string {
  if (format === 'json') return `${jsonText(ruleFacts(rule), 2)}\n`;
  if (format === 'markdown') return `${rulePage(rule)}\n`;
  const paragraph = (text: string): string => wrap(text, theme.width).join('\n');
  return [
    `${theme.bold(rule.title)}  ${theme.severity(rule.severity, rule.severity)}  ${theme.dim(rule.id)}`,
    theme.dim(
      `formats: ${rule.formats.join(', ')}${rule.inconclusive === true ? '; a hit makes the verdict inconclusive' : ''}`,
    ),
    '',
    paragraph(rule.why),
    '',
    paragraph(`Fix: ${rule.fix}`),
    '',
    ...rule.references.map((one) => theme.dim(`${one.id}  ${referenceUrl(one) ?? ''}`.trimEnd())),
    ...examples('fires on', rule.examples.bad),
    ...examples('silent on', rule.examples.good),
    '',
  ].join('\n');
}

function examples(label: string, all: AnyRule['examples']['bad']): string[] {
  return all.flatMap(({ name, content }) => [
    '',
    `${label} ${name}${typeof content === 'string' ? ':' : ', whose bytes are built by code'}`,
    ...(typeof content === 'string'
      ? content
          .trimEnd()
          .split('\n')
          .slice(0, 30)
          .map((line) => `    ${visible(line)}`)
      : []),
  ]);
}
