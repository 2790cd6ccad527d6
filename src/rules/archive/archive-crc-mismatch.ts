import { buildZip } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

export const archiveCrcMismatch = anomalyRule({
  id: 'archive-crc-mismatch',
  title: 'A member fails its checksum',
  severity: 'high',
  formats: ['zip', 'torch-zip'],
  codes: ['crc-mismatch'],
  references: [
    { kind: 'CVE', id: 'CVE-2025-10156' },
    { kind: 'CWE', id: 'CWE-354' },
  ],
  why: 'Torch does not verify checksums, most tools refuse to read a member whose checksum is wrong: what loads is not what was scanned. Otherwise the file is damaged. (Archives in which every checksum is zero are left alone: torch can be told to store none.)',
  fix: 'Get the file again from its publisher and compare its SHA-256.',
  examples: {
    bad: [
      {
        name: 'model.zip',
        content: () => buildZip([{ name: 'data.txt', content: 'some text', crc: 0x12345678 }]),
      },
    ],
    good: [
      { name: 'model.zip', content: () => buildZip([{ name: 'data.txt', content: 'some text', deflate: true }]) },
      { name: 'unchecked.zip', content: () => buildZip([{ name: 'data.txt', content: 'some text', crc: 0 }]) },
    ],
  },
});
