import { harmlessStandard, harmlessSystem, judgedStandard, knownPackages } from '../data/python-names.ts';
import { defineRule } from '../rule.ts';
import { analyse } from './analysis.ts';
import type { Use } from './resolve.ts';

interface Data {
  readonly what: string;
}

export const pythonCodeUnproven = defineRule<Data>()({
  id: 'python-code-unproven',
  title: 'Code that could not be vouched for',
  severity: 'medium',
  inconclusive: true,
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Code is called harmless only when all it imports is known and all of it was read. A package nobody knows may do anything when it is imported.',
  fix: 'Look at what is named. If you know the package, allow it in the policy file.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'import package_nobody_knows\n' },
      { name: 'modeling_x.py', content: 'x = "open\n' },
    ],
    good: [
      {
        name: 'modeling_x.py',
        content:
          'import math\nimport torch\nfrom transformers import PreTrainedModel\nfrom .configuration_x import XConfig\n',
      },
    ],
  },
  message: (data) => data.what,
  check(module, report, context) {
    const { imports, uses } = analyse(module);
    const { problem } = module;
    if (problem !== undefined) report({ data: { what: `expected ${problem.expected} on line ${problem.line}` } });
    for (const { module: name, line } of imports) {
      const root = name.split('.')[0] ?? '';
      const own = root === '' || (module.dialect === 'torchscript' && root.startsWith('__torch__'));
      if (own || isKnown(root) || context.policy.allowedTargetRoots.has(root)) continue;
      report({ data: { what: `line ${line}: imports ${root}, a package that is not known` } });
    }
    for (const what of unknownOfOs(uses)) report({ data: { what: `uses ${what}, whose effect is not known` } });
  },
});

function isKnown(root: string): boolean {
  return harmlessStandard.has(root) || judgedStandard.has(root) || knownPackages.has(root);
}

function unknownOfOs(uses: readonly Use[]): ReadonlySet<string> {
  const names = uses.flatMap((use) => (use.known ? (/^os\.\w+/.exec(use.path) ?? []) : []));
  return new Set(names.filter((name) => !isJudged(name)));
}

/** Told harmless by the table, or judged by a rule of its own. */
function isJudged(attribute: string): boolean {
  return (
    harmlessSystem.has(attribute) ||
    /^os\.(?:system|popen\d?|startfile|exec\w+|spawn\w+|posix_spawn\w*|fork\w*|remove|unlink|rename|replace|rmdir|removedirs|chmod|chown|link|symlink|truncate|kill|killpg|putenv|setuid|chroot|__\w+__)$/.test(
      attribute,
    )
  );
}
