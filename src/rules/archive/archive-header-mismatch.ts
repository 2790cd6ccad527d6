import { buildZip } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

export const archiveHeaderMismatch = anomalyRule({
  id: 'archive-header-mismatch',
  title: 'The two headers of a member disagree',
  severity: 'high',
  formats: ['zip', 'torch-zip', 'tar'],
  codes: ['name-mismatch', 'method-mismatch', 'size-mismatch', 'crc-field-mismatch', 'no-local-header', 'short-stream'],
  references: [
    { kind: 'CVE', id: 'CVE-2025-1944' },
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'A zip file describes each member twice. Where name, method or size differ, tools read different things: torch goes by the central directory and ignores the local name, other tools refuse the file or read the other member.',
  fix: 'Do not load it: no writer makes such a file. Get it again from its publisher.',
  examples: {
    bad: [
      {
        name: 'model.zip',
        content: () => buildZip([{ name: 'data.txt', content: 'some text', local: { name: 'other.txt' } }]),
      },
      {
        name: 'method.zip',
        content: () => buildZip([{ name: 'data.txt', content: 'some text', local: { method: 8 } }]),
      },
      {
        name: 'size.zip',
        content: () =>
          buildZip([{ name: 'data.txt', content: 'some text', size: 4, compressedSize: 4, local: { size: 9 } }]),
      },
    ],
    good: [
      {
        name: 'model.zip',
        content: () => buildZip([{ name: 'data.txt', content: 'some text', deflate: true }]),
      },
    ],
  },
});
