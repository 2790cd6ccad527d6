import { buildZip } from '../examples/zip.ts';
import { defineRule } from '../rule.ts';

interface OddName {
  readonly name: string;
  readonly what: string;
}

/** Characters that end, hide or turn around what a person or a C program sees of a name. */
const odd: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a control character', /\p{Cc}/u],
  ['a character that reverses the order of text', /[\u202a-\u202e\u2066-\u2069]/],
  ['an invisible character', /[\u200b\u2060\ufeff\u{e0000}-\u{e007f}]/u],
];

export const archiveOddName = defineRule<OddName>()({
  id: 'archive-odd-name',
  title: 'A member name that is not what it seems',
  severity: 'high',
  facet: 'archive',
  formats: ['zip', 'torch-zip', 'tar', 'seven-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-158' },
    { kind: 'CWE', id: 'CWE-451' },
  ],
  why: 'A NUL ends the name for some readers and not for others; control, invisible and direction characters make it look like another one. No honest writer uses them in names.',
  fix: 'Do not unpack it. Ask the publisher for an archive with plain names.',
  examples: {
    bad: [
      { name: 'nul.zip', content: () => buildZip([{ name: 'notes.txt\u0000.pkl', content: 'some text' }]) },
      { name: 'turned.zip', content: () => buildZip([{ name: 'notes\u202etxt.py', content: 'some text' }]) },
    ],
    good: [
      { name: 'accents.zip', content: () => buildZip([{ name: 'modèle/données (2).txt', content: 'some text' }]) },
    ],
  },
  message: ({ name, what }) => `${JSON.stringify(name)} has ${what}`,
  check({ entries }, report) {
    for (const { name } of entries) {
      const what = oddityOf(name);
      if (what !== undefined) report({ data: { name, what }, pointer: name });
    }
  },
});

function oddityOf(name: string): string | undefined {
  if (name.includes('\u0000')) return 'a NUL character, where many readers stop';
  return odd.find(([, pattern]) => pattern.test(name))?.[0];
}
