import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

const MAX_EXPRESSION_LENGTH = 20_000;
/** What no bundle has a reason to write. */
const RUNS_CODE =
  /__import__|__\w+__\s*[.[(]|\b(?:subprocess|pty|ctypes|importlib|runpy|builtins|posix|pickle|marshal)\b\s*\.|(?<![.\w])(?:eval|exec|compile|execfile)\s*\(|\bos\s*\.\s*(?:system|popen|exec\w*|spawn\w*|posix_spawn\w*|fork\w*|kill)\b/;
/** What some bundles do to fetch their data, and what a thief does too. */
const REACHES_OUT =
  /\b(?:urllib|requests|socket|httpx)\b\s*\.|\bos\s*\.\s*(?:remove|unlink|rmdir|rename|putenv)\b|\bshutil\s*\.\s*(?:rmtree|move)\b|\.\s*(?:write_text|write_bytes)\s*\(/;

export const configExpression = documentRule<{ expression: string }>()({
  id: 'config-expression',
  title: 'Configuration holds a dangerous Python expression',
  severity: 'critical',
  formats: ['json', 'yaml', 'zip'],
  references: [{ kind: 'CWE', id: 'CWE-95' }, { kind: 'CVE', id: 'CVE-2025-58756' }, ...SUPPLY_CHAIN],
  why: 'MONAI bundles evaluate every string that starts with `$` as Python when the bundle is run. Paths and devices are computed that way; commands, imports by name and network access are not part of any model.',
  fix: 'Do not run the bundle. Ask its publisher what the expression is for.',
  examples: {
    bad: [{ name: 'inference.json', content: '{"imports": ["$import os"], "initialize": ["$os.system(\'id\')"]}' }],
    good: [
      {
        name: 'inference.json',
        content:
          '{"imports": ["$import glob", "$import os"], "device": "$torch.device(\'cuda:0\' if torch.cuda.is_available() else \'cpu\')", "data": "$list(sorted(glob.glob(@dataset_dir + \'/*.nii\')))", "out": "$os.path.join(@root, \'out\')"}',
      },
      { name: 'prices.json', content: '{"price": "$5"}' },
    ],
  },
  message: ({ expression }) => `evaluated as Python: ${expression}`,
  check(index, report) {
    for (const place of index.expressions) {
      const text = place.text ?? '';
      if (!text.startsWith('$') || text.startsWith('${')) continue;
      const code = text.slice(1, MAX_EXPRESSION_LENGTH);
      const data = { expression: text.slice(0, 200) };
      if (RUNS_CODE.test(code)) report(place, data);
      else if (REACHES_OUT.test(code)) report(place, data, 'high');
    }
  },
});
