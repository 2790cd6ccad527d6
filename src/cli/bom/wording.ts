import type { ModelFacts } from '../../bom/facts.ts';
import { originsOf } from '../../bom/origins.ts';
import { totalsByFormat } from '../../bom/tensor-totals.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { count, formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible, visibleShort } from '../../scan/visible-text.ts';

const MAX_VALUE = 72;

/** What was written, in a few lines. */
export function summaryText(facts: ModelFacts, output: string): string {
  const { root, files, statements, verdict, findings, notes, tensors } = facts;
  const bytes = files.reduce((sum, one) => sum + one.size, 0);
  const list = (all: readonly { readonly value: string }[]): string =>
    all.length === 0 ? 'not stated' : all.map(({ value }) => visible(value)).join(', ');
  const lines = [
    `${visible(output)} written`,
    `  model        ${visible(facts.name.value)}`,
    `  root digest  ${root.sha256}${root.source === 'signed' ? `, as ${visible(root.signature ?? '')} has it` : ''}`,
    `  files        ${grouped(files.length)}, ${formatBytes(bytes)}`,
    ...totalsByFormat(tensors).map(
      (one) => `  tensors      ${grouped(one.tensors)} in ${one.format}, ${grouped(one.parameters)} parameters`,
    ),
    `  licence      ${list(statements.licences.map(({ value }) => ({ value: value.name })))}`,
    `  data sets    ${list(statements.datasets)}`,
    `  base models  ${list(statements.baseModels)}`,
    `  findings     ${count(findings.length, 'finding')}, verdict ${verdict}`,
    ...notes.map((note) => `  note         ${visible(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Every field with its source, as a table or as JSON. */
export function originsTable(facts: ModelFacts, isJson: boolean): string {
  const rows = originsOf(facts);
  if (isJson) return `${jsonText(rows, 2)}\n`;
  const shown = rows.map(
    ({ field, value, origin }) => [visible(field), visibleShort(value, MAX_VALUE), origin] as const,
  );
  const width = (column: 0 | 1): number => Math.max(...shown.map((row) => row[column].length));
  const [first, second] = [width(0), Math.min(width(1), MAX_VALUE)];
  const lines = shown.map(([field, value, origin]) => `${field.padEnd(first)}  ${value.padEnd(second)}  ${origin}`);
  return `${lines.join('\n')}\n`;
}
