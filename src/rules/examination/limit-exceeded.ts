import { noticeRule } from './notice-rule.ts';

export const limitExceeded = noticeRule({
  id: 'limit-exceeded',
  title: 'Larger than the limits allow',
  severity: 'medium',
  inconclusive: true,
  references: [
    { kind: 'CWE', id: 'CWE-400' },
    { kind: 'CWE', id: 'CWE-409' },
  ],
  why: 'Examining stopped at a limit that protects the scanner from bombs, so a part of the file was not seen.',
  fix: 'If the file is expected to be this large, raise the named limit in the policy file and scan again.',
  examples: {
    bad: [],
    good: [],
  },
});
