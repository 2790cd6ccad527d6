import type { ArchiveEntry } from '../../formats/archive.ts';
import { buildTar } from '../examples/tar.ts';
import { buildZip } from '../examples/zip.ts';
import { defineRule } from '../rule.ts';

interface DuplicateName {
  readonly name: string;
  readonly count: number;
}

const twice = [
  { name: 'model/data.txt', content: 'the first' },
  { name: 'model/data.txt', content: 'and other' },
];
const once = [
  { name: 'model/data.txt', content: 'the first' },
  { name: 'model/more.txt', content: 'and other' },
];

export const archiveDuplicateName = defineRule<DuplicateName>()({
  id: 'archive-duplicate-name',
  title: 'Several members of one name',
  severity: 'high',
  facet: 'archive',
  formats: ['zip', 'torch-zip', 'tar', 'seven-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Loaders look members up by name and differ in which of several they take: Python the last, torch the first or the last depending on the size and order of the directory. A scanner may have looked at another one.',
  fix: 'Do not load it. Get the file again from its publisher, or repack it with one member of each name.',
  examples: {
    bad: [
      { name: 'model.zip', content: () => buildZip(twice) },
      { name: 'model.tar', content: () => buildTar(twice) },
    ],
    good: [
      { name: 'model.zip', content: () => buildZip(once) },
      { name: 'model.tar', content: () => buildTar(once) },
    ],
  },
  message: ({ name, count }) => `${count} members are called ${name}`,
  check({ entries }, report) {
    for (const [name, same] of Map.groupBy(entries.filter(holdsContent), ({ name: own }) =>
      own.replace(/^(?:\.\/)+/, ''),
    )) {
      if (same.length > 1)
        report({ data: { name, count: same.length }, pointer: name, span: (same[1] as ArchiveEntry).data });
    }
  },
});

/** Folders may come twice, and a second reading of one entry is not a second entry. */
function holdsContent({ kind, alternate }: ArchiveEntry): boolean {
  return kind !== 'directory' && alternate !== true;
}
