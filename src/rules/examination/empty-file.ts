import { noticeRule } from './notice-rule.ts';

export const emptyFile = noticeRule({
  id: 'empty-file',
  title: 'Empty file',
  severity: 'info',
  references: [{ kind: 'CWE', id: 'CWE-754' }],
  why: 'The file has no bytes: often an interrupted download.',
  fix: 'Download the file again if the model needs it.',
  examples: {
    bad: [{ name: 'model.pt', content: '' }],
    good: [{ name: 'notes.txt', content: 'plain text' }],
  },
});
