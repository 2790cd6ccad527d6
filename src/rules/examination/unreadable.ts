import { noticeRule } from './notice-rule.ts';

export const unreadable = noticeRule({
  id: 'unreadable',
  title: 'Could not be read',
  severity: 'medium',
  inconclusive: true,
  references: [{ kind: 'CWE', id: 'CWE-754' }],
  why: 'The medium failed or access was refused while the file was examined.',
  fix: 'Check permissions and the disk or connection, then scan again.',
  examples: {
    bad: [],
    good: [],
  },
});
