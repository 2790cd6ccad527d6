import { noticeRule } from './notice-rule.ts';

export const unsupportedFeature = noticeRule({
  id: 'unsupported-feature',
  title: 'A part this scanner does not understand',
  severity: 'medium',
  inconclusive: true,
  references: [{ kind: 'CWE', id: 'CWE-693' }],
  why: 'The file uses a feature that is recognized but not examined, so nothing can be said about what it holds.',
  fix: 'Convert the file to a format that can be examined, such as safetensors.',
  examples: {
    bad: [],
    good: [],
  },
});
