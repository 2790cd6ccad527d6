import { buildZip, concatBytes } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

const first = { name: 'model.txt', content: 'the first' };
const second = { name: 'model.txt', content: 'and other' };

export const archiveSeveralDirectories = anomalyRule({
  id: 'archive-several-directories',
  title: 'More than one table of contents',
  severity: 'high',
  formats: ['zip', 'torch-zip'],
  codes: ['several-directories'],
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Of two zip files in one, torch reads the one the stored offset leads to and Python the one in front of the end record: what was scanned is not what loads.',
  fix: 'Do not load it: no writer makes such a file. Get it again from its publisher.',
  examples: {
    bad: [{ name: 'model.zip', content: () => concatBytes([buildZip([second]), buildZip([first])]) }],
    good: [{ name: 'model.zip', content: () => buildZip([first, { name: 'inner.zip', content: buildZip([second]) }]) }],
  },
});
