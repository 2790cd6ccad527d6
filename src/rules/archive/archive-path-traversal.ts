import { buildTar } from '../examples/tar.ts';
import { buildZip } from '../examples/zip.ts';
import { defineRule } from '../rule.ts';
import { escapeOf } from './paths.ts';

interface PathTraversal {
  readonly name: string;
  readonly how: string;
}

export const archivePathTraversal = defineRule<PathTraversal>()({
  id: 'archive-path-traversal',
  title: 'A member name that leads out of the archive',
  severity: 'high',
  facet: 'archive',
  formats: ['zip', 'torch-zip', 'tar', 'seven-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-22' },
    { kind: 'CVE', id: 'CVE-2007-4559' },
  ],
  why: 'Unpacking a member whose name is absolute or climbs with `..` writes where the archive was not to reach: a start-up file, a Python module, a key.',
  fix: 'Do not unpack it. Honest archives have relative names.',
  examples: {
    bad: [
      { name: 'parent.zip', content: () => buildZip([{ name: '../../notes.txt', content: 'some text' }]) },
      { name: 'absolute.tar', content: () => buildTar([{ name: '/tmp/notes.txt', content: 'some text' }]) },
      { name: 'drive.zip', content: () => buildZip([{ name: 'C:\\notes.txt', content: 'some text' }]) },
    ],
    good: [
      { name: 'dots.zip', content: () => buildZip([{ name: 'a..b/notes...txt', content: 'some text' }]) },
      { name: 'dot.tar', content: () => buildTar([{ name: './model/notes.txt', content: 'some text' }]) },
    ],
  },
  message: ({ name, how }) => `${name} ${how}`,
  check({ entries }, report) {
    for (const { name, data } of entries) {
      const how = escapeOf(name);
      if (how !== undefined) report({ data: { name, how }, pointer: name, span: data });
    }
  },
});
