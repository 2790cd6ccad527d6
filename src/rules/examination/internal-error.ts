import { noticeRule } from './notice-rule.ts';

export const internalError = noticeRule({
  id: 'internal-error',
  title: 'The scanner itself failed',
  severity: 'medium',
  inconclusive: true,
  references: [{ kind: 'CWE', id: 'CWE-755' }],
  why: 'A defect of the scanner stopped the examination of this part. It may have been provoked on purpose, so it counts against the file.',
  fix: 'Report it with the file, or with the message if the file is private, and do not load the file meanwhile.',
  examples: {
    bad: [],
    good: [],
  },
});
