import { noticeRule } from './notice-rule.ts';

export const polyglot = noticeRule({
  id: 'polyglot',
  title: 'One file, several formats',
  severity: 'high',
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'The same bytes are valid in more than one format, so two tools can see two different models in them. No writer produces this by accident.',
  fix: 'Do not load it. Get the file again from its publisher.',
  examples: {
    bad: [],
    good: [],
  },
});
