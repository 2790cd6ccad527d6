import type { CleanedFile, CleaningRecord } from '../../clean/record-schema.ts';
import { count } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import type { Theme } from '../render/theme.ts';

const INDENT = '  ';
/** Changes shown of one file; the JSON form has all. */
const MAX_CHANGES = 20;

/** What was done, for people: a block for each file that is not as it was, then the sums. */
export function renderCleaning(record: CleaningRecord, theme: Theme): string {
  const blocks = record.files.filter(({ status }) => status !== 'unchanged').map((file) => block(file, theme));
  const notes = record.notes.map((note) => `${theme.dim(`note: ${visible(note)}`)}\n`);
  return [...blocks, ...notes, summary(record, theme)].join('');
}

function block(file: CleanedFile, theme: Theme): string {
  const lines = [`${label(file, theme)} ${theme.bold(visible(file.path))} ${theme.dim(visible(file.format))}`];
  for (const { place, rules, was, did } of file.changes.slice(0, MAX_CHANGES)) {
    lines.push(
      `${INDENT}${visible(place === '' ? 'the file' : place)}: ${visible(did)} ${theme.dim(`(${rules.join(', ')})`)}`,
    );
    if (was !== '') lines.push(`${INDENT}${INDENT}${theme.dim('was')} ${visible(was)}`);
  }
  if (file.changes.length > MAX_CHANGES) {
    lines.push(`${INDENT}${theme.dim(`${file.changes.length - MAX_CHANGES} more changes; -f json shows all`)}`);
  }
  if (file.refusal !== null) {
    lines.push(`${INDENT}${visible(file.refusal.code)}: ${visible(file.refusal.message)}`);
    if (file.refusal.hint !== null) lines.push(`${INDENT}${theme.dim(file.refusal.hint)}`);
  }
  return `${lines.join('\n')}\n\n`;
}

function label({ status }: CleanedFile, theme: Theme): string {
  if (status === 'refused') return theme.verdict('malicious', 'refused ');
  if (status === 'left-out') return theme.verdict('suspicious', 'left out');
  return theme.verdict('clean', 'cleaned ');
}

function summary({ files, written, options }: CleaningRecord, theme: Theme): string {
  const number = (status: CleanedFile['status']): number => files.filter((file) => file.status === status).length;
  const counts = [
    `${count(number('cleaned'), 'file')} cleaned`,
    `${number('unchanged')} unchanged`,
    `${number('left-out')} left out`,
    `${number('refused')} refused`,
  ].join(', ');
  return `${theme.bold(counts)}${theme.dim(conclusion(options.dryRun, written, number('refused') > 0))}\n`;
}

function conclusion(isDryRun: boolean, isWritten: boolean, isRefused: boolean): string {
  if (isDryRun) return '; dry run, nothing was written';
  if (isRefused) return '; nothing was written';
  return isWritten ? '' : '; nothing had to be written';
}
