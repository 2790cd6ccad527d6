import { noticeRule } from './notice-rule.ts';

export const outsideLink = noticeRule({
  id: 'outside-link',
  title: 'Link out of the scanned folder',
  severity: 'low',
  references: [{ kind: 'CWE', id: 'CWE-59' }],
  why: 'The name is a symbolic link to a file outside the folder that was scanned. That file was examined, but it can change without the folder changing.',
  fix: 'Nothing to do for a download cache that is built this way. Otherwise copy the file into the folder.',
  examples: {
    bad: [],
    good: [],
  },
});
