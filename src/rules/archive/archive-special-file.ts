import { buildTar } from '../examples/tar.ts';
import { defineRule } from '../rule.ts';

interface SpecialFile {
  readonly name: string;
}

export const archiveSpecialFile = defineRule<SpecialFile>()({
  id: 'archive-special-file',
  title: 'A device or pipe in an archive',
  severity: 'high',
  facet: 'archive',
  formats: ['tar', 'zip'],
  references: [{ kind: 'CWE', id: 'CWE-67' }],
  why: 'Unpacking it as a privileged user creates a device that reads or writes hardware, or a pipe that blocks whoever opens it. No model needs one.',
  fix: 'Do not unpack it. Ask the publisher for an archive of plain files.',
  examples: {
    bad: [{ name: 'pipe.tar', content: () => buildTar([{ name: 'pipe', type: '6' }]) }],
    good: [{ name: 'plain.tar', content: () => buildTar([{ name: 'notes.txt', content: 'some text' }]) }],
  },
  message: ({ name }) => `${name} is a device or a pipe`,
  check({ entries }, report) {
    for (const { name, kind } of entries) if (kind === 'special') report({ data: { name }, pointer: name });
  },
});
