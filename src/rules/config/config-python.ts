import { defineRule } from '../rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

/** How configurations of OpenMMLab begin: assignments of dicts, or `_base_`. */
const OPENMMLAB =
  /^(?:_base_\s{0,9}=|(?:model|train_pipeline|train_dataloader|optim_wrapper|default_hooks|dataset_type|norm_cfg|optimizer)\s{0,9}=\s{0,9}(?:dict\(|\[|['"]))/m;
const DANGEROUS =
  /\b(?:os\s*\.\s*(?:system|popen|exec\w*|spawn\w*)|subprocess\s*\.\s*\w+|pty\s*\.\s*spawn|(?:exec|eval|compile|__import__)\s*\(|importlib\s*\.\s*import_module|socket\s*\.\s*socket|urllib\s*\.\s*request|requests\s*\.\s*(?:get|post)|ctypes\s*\.)/;
const MAX_LENGTH = 1_000_000;

export const configPython = defineRule<{ code: string }>()({
  id: 'config-python',
  title: 'Python configuration does more than configure',
  severity: 'high',
  facet: 'text',
  formats: ['text'],
  references: [
    { kind: 'CWE', id: 'CWE-94' },
    { kind: 'URL', id: 'https://github.com/modelscope/modelscope/issues/1672' },
    ...SUPPLY_CHAIN,
  ],
  why: 'OpenMMLab libraries run `config.py` to read it. Honest ones assign dicts; one that runs commands, evaluates text or opens connections is a program.',
  fix: 'Do not load the configuration. Read it as text first.',
  examples: {
    bad: [{ name: 'config.py', content: "import os\nmodel = dict(type='EncoderDecoder')\nos.system('id')\n" }],
    good: [
      {
        name: 'config.py',
        content:
          "_base_ = ['../base.py']\nmodel = dict(type='EncoderDecoder', backbone=dict(type='ResNetV1c', depth=50))\n",
      },
    ],
  },
  message: ({ code }) => `runs ${code}`,
  check(content, report, { path }) {
    if (content.pointer !== '' || !/\.py$/i.test(path)) return;
    const text = content.text.slice(0, MAX_LENGTH);
    if (!OPENMMLAB.test(text)) return;
    const match = DANGEROUS.exec(text);
    if (match === null) return;
    const start = content.offset + new TextEncoder().encode(text.slice(0, match.index)).length;
    report({ data: { code: match[0] }, span: { start, end: start + match[0].length } });
  },
});
