import { get, stringOf } from '../../formats/document.ts';
import { documentRule } from './document-rule.ts';

export const gitLfsPointer = documentRule<{ oid: string; size: string }>()({
  id: 'git-lfs-pointer',
  title: 'Placeholder in place of the file',
  severity: 'low',
  formats: ['git-lfs-pointer'],
  references: [
    { kind: 'CWE', id: 'CWE-754' },
    { kind: 'URL', id: 'https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md' },
  ],
  why: 'The file is a Git LFS pointer: the contents were never downloaded, so what was examined is not what will be loaded.',
  fix: 'Run `git lfs pull`, or download the file from the hub, and scan again.',
  examples: {
    bad: [
      {
        name: 'model.safetensors',
        content: `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123\n`,
      },
    ],
    good: [{ name: 'version.txt', content: 'version 1\n' }],
  },
  message: ({ oid, size }) => `stands for ${size} bytes, ${oid}`,
  check(index, report) {
    if (index.document.syntax !== 'git-lfs-pointer') return;
    const text = (key: string): string => stringOf(get(index.root.node, key)) ?? 'unknown';
    report(index.root, { oid: text('oid'), size: text('size') });
  },
});
