import { noticeRule } from './notice-rule.ts';

export const unaccountedBytes = noticeRule({
  id: 'unaccounted-bytes',
  title: 'Bytes that belong to nothing',
  severity: 'medium',
  inconclusive: true,
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Data before, between or after the parts of a file is invisible to the loader the file is meant for and may be read by another one: that is how one file is two.',
  fix: 'Rewrite the file with its own library, or convert it with `vouchsafe convert`, which drops what belongs to nothing.',
  examples: {
    bad: [],
    good: [],
  },
});
