import { traverse } from '../../formats/document.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

export const hfAutoMap = documentRule<{ classes: string; repository?: string }>()({
  id: 'hf-auto-map',
  title: 'Model brings its own code',
  severity: 'medium',
  formats: ['json'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'CVE', id: 'CVE-2025-66448' },
    { kind: 'CVE', id: 'CVE-2026-22807' },
    ...SUPPLY_CHAIN,
  ],
  why: '`auto_map` makes transformers import Python files of the repository, or with `owner/name--module.Class` of another repository that can change at any time. With `trust_remote_code`, or in servers that ignored the flag, that code runs when the model is loaded.',
  fix: 'Read the Python files it names, pin the revision, and prefer a model whose architecture is part of the library. Code of another repository has to be examined there.',
  examples: {
    bad: [
      {
        name: 'config.json',
        content:
          '{"model_type": "x", "auto_map": {"AutoConfig": "configuration_x.XConfig", "AutoModel": "modeling_x.XModel"}}',
      },
      {
        name: 'tokenizer_config.json',
        content: '{"auto_map": {"AutoTokenizer": ["someone/else--tokenization_x.XTokenizer", null]}}',
      },
    ],
    good: [{ name: 'config.json', content: '{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}' }],
  },
  message: ({ classes, repository }) =>
    repository === undefined
      ? `imports code of the repository: ${classes}`
      : `imports code of ${repository}: ${classes}`,
  check(index, report) {
    for (const place of index.keyed('auto_map')) {
      const names: string[] = [];
      traverse(place.node, ({ node }) => {
        if (node.kind === 'scalar' && typeof node.value === 'string') names.push(node.value);
      });
      const foreign = names.filter((name) => name.includes('--'));
      const local = names.filter((name) => !name.includes('--'));
      if (local.length > 0) report(place, { classes: local.join(', ').slice(0, 300) });
      for (const name of foreign) {
        const [repository = '', classes = ''] = name.split('--');
        report(place, { classes, repository }, 'high');
      }
    }
  },
});
