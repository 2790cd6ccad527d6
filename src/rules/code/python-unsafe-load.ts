import { argumentOf, type Sequence, termsIn } from '../../formats/python-source/syntax.ts';
import { unsafeLoaders } from '../data/python-names.ts';
import { defineRule, type Severity } from '../rule.ts';
import { analyse } from './analysis.ts';
import { type PathData, reportUses } from './path-rule.ts';

/** Readers that are safe or not by one argument. */
const BY_ARGUMENT: Readonly<Record<string, readonly [argument: string, unsafe: string, severity: Severity]>> = {
  'torch.load': ['weights_only', 'False', 'medium'],
  'numpy.load': ['allow_pickle', 'True', 'medium'],
};

export const pythonUnsafeLoad = defineRule<PathData>()({
  id: 'python-unsafe-load',
  title: 'Code that loads what can run code',
  severity: 'medium',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CVE', id: 'CVE-2025-32434' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'A pickle runs code when it is read. Model code that unpickles passes by the check the loader made, often on a file with an innocent name.',
  fix: 'Convert the file to safetensors, or load it with weights_only=True.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'import pickle\nvocab = pickle.load(open("vocab.txt", "rb"))\n' },
      { name: 'modeling_x.py', content: 'import torch\nw = torch.load("w.bin", weights_only=False)\n' },
      {
        name: 'modeling_x.py',
        content: 'from transformers import AutoModel\nm = AutoModel.from_pretrained("a/b", trust_remote_code=True)\n',
      },
    ],
    good: [
      {
        name: 'modeling_x.py',
        content:
          'import json, torch\nvocab = json.load(open("vocab.json"))\nw = torch.load("w.bin", weights_only=True)\n',
      },
    ],
  },
  message: (data) => `line ${data.line}: uses ${data.path}`,
  check(module, report) {
    reportUses(module, unsafeLoaders, report, (use) => (use.args === undefined ? null : undefined));
    for (const use of analyse(module).uses) {
      if (use.args === undefined) continue;
      const [argument, unsafe, severity] = (use.known ? BY_ARGUMENT[use.path] : undefined) ?? [];
      if (severity !== undefined && valueOf(use.args, argument) === unsafe)
        report({ data: { path: `${use.path}(${argument}=${unsafe})`, line: use.line }, severity });
      if (use.known && use.path === 'yaml.load' && !namesSafeLoader(use.args))
        report({ data: { path: 'yaml.load', line: use.line } });
      if (valueOf(use.args, 'trust_remote_code') === 'True')
        report({ data: { path: `${use.path}(trust_remote_code=True)`, line: use.line } });
    }
  },
});

/** The plain name or literal given for an argument. */
function valueOf(args: readonly Sequence[], name: string | undefined): string | undefined {
  const found = args.map(argumentOf).find((arg) => arg.name === name)?.value;
  const [only] = found ?? [];
  if (name === undefined || found?.length !== 1 || only?.kind !== 'term') return undefined;
  return only.atom.kind === 'name' ? only.atom.name : undefined;
}

function namesSafeLoader(args: readonly Sequence[]): boolean {
  for (const arg of args) {
    for (const term of termsIn(arg)) {
      const last = term.trailers.at(-1);
      const name = last?.kind === 'attribute' ? last.name : term.atom.kind === 'name' ? term.atom.name : '';
      if (/^C?(?:Safe|Base)Loader$/.test(name)) return true;
    }
  }
  return false;
}
