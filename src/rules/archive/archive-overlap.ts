import { buildZip } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

export const archiveOverlap = anomalyRule({
  id: 'archive-overlap',
  title: 'Members share bytes',
  severity: 'high',
  formats: ['zip', 'torch-zip'],
  codes: ['overlap'],
  references: [
    { kind: 'CWE', id: 'CWE-405' },
    { kind: 'CWE', id: 'CWE-409' },
  ],
  why: 'Members that lie on top of each other let a small file unpack to a huge one, or one run of bytes be read as two different members. No writer does this.',
  fix: 'Do not unpack it. Get the file again from its publisher.',
  examples: {
    bad: [
      {
        name: 'model.zip',
        content: () =>
          buildZip([
            { name: 'a.txt', content: 'some text' },
            { name: 'b.txt', content: 'some text', shares: 0 },
          ]),
      },
    ],
    good: [
      {
        name: 'model.zip',
        content: () =>
          buildZip([
            { name: 'a.txt', content: 'some text' },
            { name: 'b.txt', content: 'some text' },
          ]),
      },
    ],
  },
});
