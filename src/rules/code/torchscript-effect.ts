import { torchscriptEffects, torchscriptNamespaces } from '../data/python-names.ts';
import { defineRule, type Severity } from '../rule.ts';
import { analyse } from './analysis.ts';
import { matches } from './matches.ts';

interface Data {
  readonly what: string;
  readonly path: string;
  readonly line: number;
}

const HEAD = 'class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n';

export const torchscriptEffect = defineRule<Data>()({
  id: 'torchscript-effect',
  title: 'TorchScript that touches files or the network',
  severity: 'high',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CVE', id: 'CVE-2025-32434' },
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'TorchScript is a program inside the checkpoint. Its operators include a few that read and write files or call other machines, and its forward runs, in some versions even when only weights were asked for.',
  fix: 'Export the weights to safetensors with the publisher’s own code, and do not load this file.',
  examples: {
    bad: [
      {
        name: 'm/code/__torch__/m.py',
        content: `${HEAD}  def forward(self: __torch__.m.M,\n    x: Tensor) -> Tensor:\n    y = torch.from_file("/tmp/x", True, 10)\n    return y\n`,
      },
      {
        name: 'm/code/__torch__/m.py',
        content: `${HEAD}  def forward(self: __torch__.m.M,\n    x: Tensor) -> Tensor:\n    _0 = torch.save(x, "/tmp/x")\n    return x\n`,
      },
    ],
    good: [
      {
        name: 'm/code/__torch__/m.py',
        content: `${HEAD}  def forward(self: __torch__.m.M,\n    x: Tensor) -> Tensor:\n    weight = self.weight\n    _0 = torch.relu(torch.linear(x, weight, None))\n    _1 = ops.prim.NumToTensor(torch.size(x, 0))\n    return torch.add(_0, _1, alpha=1)\n`,
      },
    ],
  },
  message: (data) => `line ${data.line}: ${data.what} ${data.path}`,
  check(module, report) {
    if (module.dialect !== 'torchscript') return;
    const seen = new Set<string>();
    for (const { path, line } of analyse(module).uses) {
      const found = judge(path);
      if (found === undefined || seen.has(path)) continue;
      seen.add(path);
      report({ data: { what: found.what, path: path.slice(0, 120), line }, severity: found.severity });
    }
  },
});

function judge(path: string): { what: string; severity: Severity } | undefined {
  if (matches(path, torchscriptEffects)) return { what: 'uses', severity: 'high' };
  const custom = /^(?:torch\.)?(?:ops|classes)\.(\w+)\.|^__torch__\.torch\.classes\.(\w+)\./.exec(path);
  const namespace = custom?.[1] ?? custom?.[2];
  if (namespace === undefined || torchscriptNamespaces.has(namespace)) return undefined;
  return { what: 'needs an operator of an unknown library:', severity: 'medium' };
}
