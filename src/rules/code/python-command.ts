import { commands } from '../data/python-names.ts';
import { defineRule } from '../rule.ts';
import { type PathData, reportUses } from './path-rule.ts';

/** Names of `subprocess` that start nothing. */
const HARMLESS =
  /^subprocess\.(?:PIPE|DEVNULL|STDOUT|CalledProcessError|SubprocessError|TimeoutExpired|CompletedProcess|list2cmdline)\b/;

export const pythonCommand = defineRule<PathData>()({
  id: 'python-command',
  title: 'Code that starts other programs',
  severity: 'high',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-78' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
    { kind: 'OWASP', id: 'LLM03' },
  ],
  why: 'Model code computes. Code that starts programs of the operating system can do whatever the user can, as soon as the model is loaded with trust_remote_code.',
  fix: 'Read what it starts and why. Load the model without its code, or only in a sandbox.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'import os\nos.system("id")\n' },
      { name: 'modeling_x.py', content: 'from subprocess import run as r\nr(["id"])\n' },
      { name: 'modeling_x.py', content: 'getattr(__import__("o" + "s"), "sys" + "tem")("id")\n' },
      { name: 'modeling_x.py', content: 'import torch\nx = torch.os.popen\nx("id")\n' },
    ],
    good: [
      {
        name: 'modeling_x.py',
        content: 'import os\npath = os.path.join("a", "b")\nos.makedirs(path, exist_ok=True)\n',
      },
    ],
  },
  message: (data) => `line ${data.line}: uses ${data.path}`,
  check(module, report) {
    reportUses(module, commands, report, (use) => (HARMLESS.test(use.path) ? null : undefined));
  },
});
