import { noticeRule } from './notice-rule.ts';

export const encrypted = noticeRule({
  id: 'encrypted',
  title: 'Encrypted content',
  severity: 'medium',
  inconclusive: true,
  references: [{ kind: 'CWE', id: 'CWE-693' }],
  why: 'What cannot be read cannot be vouched for. Password-protected archives have carried malicious models past scanners that skip them.',
  fix: 'Decrypt the file and scan the result, or get it unencrypted from its publisher.',
  examples: {
    bad: [],
    good: [],
  },
});
