import { buildZip } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

export const archiveEncryptionFlag = anomalyRule({
  id: 'archive-encryption-flag',
  title: 'A member is encrypted in one header only',
  severity: 'high',
  formats: ['zip', 'torch-zip'],
  codes: ['flag-mismatch'],
  references: [
    { kind: 'CVE', id: 'CVE-2025-1945' },
    { kind: 'CWE', id: 'CWE-436' },
  ],
  why: 'Torch ignores the flag in the local header and loads the member, while tools that believe it report a password and look no further: the flag was set to keep scanners out.',
  fix: 'Do not load it: no writer makes such a file. Get it again from its publisher.',
  examples: {
    bad: [
      {
        name: 'model.zip',
        content: () => buildZip([{ name: 'data.txt', content: 'some text', local: { flags: 1 } }]),
      },
    ],
    good: [{ name: 'model.zip', content: () => buildZip([{ name: 'data.txt', content: 'some text' }]) }],
  },
});
