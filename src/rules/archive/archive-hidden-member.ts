import { buildTar } from '../examples/tar.ts';
import { buildZip, concatBytes } from '../examples/zip.ts';
import { anomalyRule } from './anomaly-rule.ts';

const listed = { name: 'listed.txt', content: 'some text' };

export const archiveHiddenMember = anomalyRule({
  id: 'archive-hidden-member',
  title: 'A member that the listing does not show',
  severity: 'high',
  formats: ['zip', 'torch-zip', 'tar'],
  codes: ['orphan', 'after-end', 'count-mismatch', 'folder-content'],
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Tools that go by the table of contents, or stop at the end-of-archive marker, do not see the member; tools that read the file from front to back extract it. Where the attributes of a member call it a folder, some see a folder without content and others the content.',
  fix: 'Do not load it. Get the file again from its publisher, or repack it from what is listed.',
  examples: {
    bad: [
      {
        name: 'model.zip',
        content: () => buildZip([listed, { name: 'hidden.txt', content: 'more text', hidden: true }]),
      },
      { name: 'folder.zip', content: () => buildZip([{ ...listed, mode: 0o040755 }]) },
      {
        name: 'model.tar',
        content: () => concatBytes([buildTar([listed]), buildTar([{ name: 'hidden.txt', content: 'more text' }])]),
      },
    ],
    good: [
      { name: 'folder.zip', content: () => buildZip([{ name: 'folder/', content: '', mode: 0o040755 }, listed]) },
      { name: 'model.zip', content: () => buildZip([listed]) },
      { name: 'model.tar', content: () => buildTar([listed]) },
    ],
  },
});
