import { buildZip } from '../examples/zip.ts';
import { defineRule } from '../rule.ts';

interface CaseCollision {
  readonly names: readonly string[];
}

export const archiveCaseCollision = defineRule<CaseCollision>()({
  id: 'archive-case-collision',
  title: 'Names that differ in case only',
  severity: 'low',
  facet: 'archive',
  formats: ['zip', 'torch-zip', 'tar', 'seven-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-178' },
    { kind: 'CWE', id: 'CWE-436' },
  ],
  why: 'Torch looks names up without regard to case, and so do the file systems of Windows and macOS: one of the members takes the place of the other. In a torch file that is an attack; elsewhere it is usually carelessness.',
  fix: 'Rename one of the members, or get the file again from its publisher.',
  examples: {
    bad: [
      {
        name: 'model.zip',
        content: () =>
          buildZip([
            { name: 'model/notes.txt', content: 'the first' },
            { name: 'model/NOTES.txt', content: 'and other' },
          ]),
      },
    ],
    good: [
      {
        name: 'model.zip',
        content: () =>
          buildZip([
            { name: 'model/notes.txt', content: 'the first' },
            { name: 'other/notes.txt', content: 'and other' },
          ]),
      },
    ],
  },
  message: ({ names }) => `${names.join(' and ')} are one name where case does not count`,
  check({ entries, flavour }, report) {
    const names = new Set(entries.filter((entry) => entry.kind !== 'directory').map((entry) => entry.name));
    for (const same of Map.groupBy(names, (name) => name.toLowerCase()).values()) {
      if (same.length < 2) continue;
      const torch = flavour === 'torch' || flavour === 'torchscript';
      report({ data: { names: same }, pointer: same[0] as string, ...(torch ? { severity: 'high' } : {}) });
    }
  },
});
