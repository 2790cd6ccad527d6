import { argumentOf } from '../../formats/python-source/syntax.ts';
import { commands, executors, gadgetDunders, importers, launderedModules } from '../data/python-names.ts';
import { defineRule, type Severity } from '../rule.ts';
import { type Analysis, analyse } from './analysis.ts';
import { foldPython } from './fold-python.ts';
import { matches } from './matches.ts';
import type { Use } from './resolve.ts';

interface Data {
  readonly what: string;
  readonly path: string;
  readonly line: number;
}

type Report = (what: string, use: { readonly path: string; readonly line: number }, severity: Severity) => void;

export const pythonReflection = defineRule<Data>()({
  id: 'python-reflection',
  title: 'Code that hides what it uses',
  severity: 'high',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-470' },
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Modules imported by a computed name, functions fetched from the interpreter’s internals, and modules reached through other modules are ways to use something without its name being seen.',
  fix: 'Read the code with care, or do not load it.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'x = ().__class__.__bases__[0].__subclasses__()\n' },
      { name: 'modeling_x.py', content: 'import torch\ntorch.os.getcwd()\n' },
      { name: 'modeling_x.py', content: '__import__(bytes(name).decode())\n' },
      { name: 'modeling_x.py', content: 'import os\ngetattr(os, name)("id")\n' },
    ],
    good: [
      {
        name: 'modeling_x.py',
        content:
          'import torch\nimport torch.nn as nn\nact = getattr(nn, "GELU")()\nname = self.__class__.__name__\ndtype = getattr(torch, config.dtype)\n',
      },
    ],
  },
  message: (data) => `line ${data.line}: ${data.what} ${data.path}`,
  check(module, report) {
    const analysis = analyse(module);
    const seen = new Set<string>();
    const hit: Report = (what, { path, line }, severity) => {
      if (seen.has(what + path)) return;
      seen.add(what + path);
      report({ data: { what, path: path.slice(0, 120), line }, severity });
    };
    for (const use of analysis.uses) judge(use, analysis, hit);
    for (const one of analysis.imports) {
      const root = one.module.split('.')[0] ?? '';
      if (one.name === '*' && launderedModules.has(root))
        hit('imports everything from', { path: one.module, line: one.line }, 'medium');
      const below =
        one.module !== '' && !one.module.startsWith('.') && one.name !== undefined && launderedModules.has(one.name);
      if (below && !`${one.module}.${one.name}`.startsWith('importlib'))
        hit('reaches a module through another one:', { path: `${one.module}.${one.name}`, line: one.line }, 'high');
    }
  },
});

function judge(use: Use, analysis: Analysis, hit: Report): void {
  if (use.laundered !== undefined)
    hit('reaches a module through another one:', { path: use.laundered, line: use.line }, 'high');
  if (use.computed === true)
    hit(
      'picks by a computed name from',
      use,
      use.path.includes('builtins') || use.path === 'sys.modules' ? 'high' : 'low',
    );
  const last = use.path.split('.').at(-1) ?? '';
  const gadget = use.args === undefined && use.path.includes('.') ? gadgetDunders.get(last) : undefined;
  if (gadget !== undefined && !/^(?:super\(\)|object)\./.test(use.path)) hit('reads', use, gadget);
  if (use.args === undefined) return;
  if (importers.has(use.path) && (use.known || !use.path.includes('.'))) judgeImport(use, hit);
  if (use.path === 'getattr' || use.path === 'builtins.getattr') judgeGetattr(use, analysis, hit);
}

function judgeImport(use: Use, hit: Report): void {
  const [first] = use.args ?? [];
  const name = first === undefined ? undefined : foldPython(argumentOf(first).value);
  if (typeof name !== 'string')
    hit('imports a module by a computed name with', use, use.path.includes('__import__') ? 'high' : 'medium');
  else if (use.path.includes('__import__'))
    hit(`imports ${name.slice(0, 40)} with`, use, launderedModules.has(name.split('.')[0] ?? '') ? 'high' : 'low');
}

function judgeGetattr(use: Use, analysis: Analysis, hit: Report): void {
  const [object = [], name = []] = use.args ?? [];
  const [term] = object;
  const paths = object.length === 1 && term?.kind === 'term' ? analysis.pathsOf(term) : [];
  const attribute = foldPython(name);
  if (typeof attribute === 'string' && gadgetDunders.get(attribute) === 'high')
    hit('reads', { path: attribute, line: use.line }, 'high');
  for (const path of paths) {
    if (typeof attribute === 'string') {
      const full = `${path}.${attribute}`;
      if (matches(full, commands) || executors.has(full)) hit('fetches', { path: full, line: use.line }, 'high');
    } else if (launderedModules.has(path) || path === '__builtins__')
      hit('picks by a computed name from', { path, line: use.line }, 'high');
  }
}
