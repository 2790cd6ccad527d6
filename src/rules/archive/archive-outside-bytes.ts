import { buildZip, concatBytes } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

const member = { name: 'model.txt', content: 'some text' };

export const archiveOutsideBytes = anomalyRule({
  id: 'archive-outside-bytes',
  title: 'Data before or after the archive',
  severity: 'medium',
  formats: ['zip', 'torch-zip', 'tar'],
  codes: ['prefix', 'tail'],
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'CWE', id: 'CWE-436' },
  ],
  why: 'Zip files are read from their end and tar files from their start, so whatever is put on the other side goes unseen there and can be a second file for another program, such as a pickle or a script.',
  fix: 'Repack the archive, or find out what put the data there. Self-extracting archives and zipped applications have it on purpose; models do not.',
  examples: {
    bad: [
      { name: 'model.zip', content: () => concatBytes(['#!/usr/bin/env python3\n', buildZip([member])]) },
      { name: 'tail.zip', content: () => concatBytes([buildZip([member]), 'something else']) },
    ],
    good: [{ name: 'model.zip', content: () => buildZip([member], 'a comment is part of the archive') }],
  },
});
