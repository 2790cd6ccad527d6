import { CodedError } from '../../src/bytes/errors.ts';
import { BufferSource, readBytes, type Source } from '../../src/bytes/source.ts';
import { type Cleaned, cleanSource, type CleanSettings } from '../../src/clean/clean-source.ts';
import { hostileCases } from '../corpus/index.ts';
import { hostileTemplates } from '../templates/hostile.ts';

/** A hostile file that may or may not be cleanable. */
export interface CleanCase {
  readonly id: string;
  readonly family: string;
  readonly file: string;
  readonly build: () => Uint8Array;
}

const encoder = new TextEncoder();

/** Hostile templates as they come: in a tokenizer's configuration, in a file, as one of several. */
const templateCases: readonly CleanCase[] = hostileTemplates.flatMap(([rule, technique, template]) => {
  const list = [
    { name: 'default', template: '{{ messages[0].content }}' },
    { name: 'tool_use', template },
  ];
  const files: readonly (readonly [string, string])[] = [
    ['tokenizer_config.json', JSON.stringify({ eos_token: '</s>', chat_template: template, padding_side: 'left' })],
    ['chat_template.jinja', template],
    ['tokenizer_config.json', JSON.stringify({ chat_template: list })],
  ];
  return files.map(([file, content], index) => ({
    id: `template.${rule}.${technique}.${index}`,
    family: `templates: ${rule}`,
    file,
    build: () => encoder.encode(content),
  }));
});

/** Everything hostile that is no pickle and no container of pickles, and every hostile template. */
export const cleanCases: readonly CleanCase[] = [
  ...hostileCases.filter(({ id }) => /^(?:metadata|documents)\./.test(id)),
  ...templateCases,
];

/** The other hostile files: weights and archives, which must be refused or untouched, never called clean. */
export const otherCases: readonly CleanCase[] = hostileCases.filter(({ id }) => !/^(?:metadata|documents)\./.test(id));

/** `cleaned`, `left-out`, `unchanged`, or the code of the refusal. Anything else that is thrown is a defect. */
export type CleanOutcome = { readonly status: string; readonly cleaned?: Cleaned };

export function runClean(source: Source, file: string, settings: CleanSettings = {}): CleanOutcome {
  try {
    const cleaned = cleanSource(source, file, settings);
    return { status: cleaned.status, cleaned };
  } catch (error) {
    if (error instanceof CodedError) return { status: `refused: ${error.code}` };
    throw error;
  }
}

export function cleanBytes(bytes: Uint8Array, file: string, settings: CleanSettings = {}): CleanOutcome {
  return runClean(new BufferSource(bytes), file, settings);
}

export function bytesOf(source: Source): Uint8Array {
  return readBytes(source, 0, source.size);
}

/** Families by outcome, as Markdown. */
export function coverageTable(outcomes: readonly { readonly family: string; readonly status: string }[]): string {
  const statuses = [...new Set(outcomes.map(({ status }) => status))].sort();
  const families = [...Map.groupBy(outcomes, ({ family }) => family)];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const row = (name: string, group: readonly { readonly status: string }[]): string =>
    line([name, group.length, ...statuses.map((wanted) => group.filter(({ status }) => status === wanted).length)]);
  return [
    line(['family', 'files', ...statuses]),
    line(['---', '---:', ...statuses.map(() => '---:')]),
    ...families.map(([family, group]) => row(family, group)),
    row('**all**', outcomes),
  ].join('\n');
}
