import { documentRule } from './document-rule.ts';

export const duplicateKey = documentRule<{ key: string }>()({
  id: 'duplicate-key',
  title: 'A key stands twice in one map',
  severity: 'low',
  formats: ['json', 'yaml'],
  references: [{ kind: 'CWE', id: 'CWE-436' }],
  why: 'Readers disagree about which value counts: Python keeps the last, others the first or none. What a reviewer sees need not be what is loaded. Both values are examined here.',
  fix: 'Remove the one that is not meant.',
  examples: {
    bad: [{ name: 'config.json', content: '{"model_type": "llama", "model_type": "bert"}' }],
    good: [{ name: 'config.json', content: '{"a": {"model_type": "llama"}, "model_type": "bert"}' }],
  },
  message: ({ key }) => `"${key}" stands twice`,
  check(index, report) {
    // A merge key brings entries that own keys override, which is what it is for.
    for (const place of index.duplicates) {
      const isNested = /^(?:\? )?<(?:map|list)>$/.test(String(place.step));
      if (!isNested && place.sibling('<<') === undefined) report(place, { key: String(place.step).slice(0, 200) });
    }
  },
});
