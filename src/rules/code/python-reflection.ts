import { argumentOf, type Import } from '../../formats/python-source/syntax.ts';
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
    for (const one of analysis.imports) judgeImported(one, hit);
  },
});

function judgeImported({ module, name, line }: Import & { readonly line: number }, hit: Report): void {
  const root = module.split('.')[0] ?? '';
  if (name === '*' && launderedModules.has(root)) hit('imports everything from', { path: module, line }, 'medium');
  const isOutside = module !== '' && !module.startsWith('.') && root !== 'importlib';
  if (isOutside && name !== undefined && launderedModules.has(name))
    hit(LAUNDERED, { path: `${module}.${name}`, line }, 'high');
}

const LAUNDERED = 'reaches a module through another one:';

function judge(use: Use, analysis: Analysis, hit: Report): void {
  if (use.laundered !== undefined) hit(LAUNDERED, { path: use.laundered, line: use.line }, 'high');
  const guarded = use.path.includes('builtins') || use.path === 'sys.modules';
  if (use.computed === true) hit('picks by a computed name from', use, guarded ? 'high' : 'low');
  if (use.args === undefined) return judgeGadget(use, hit);
  if (importers.has(use.path) && (use.known || !use.path.includes('.'))) judgeImport(use, hit);
  if (use.path === 'getattr' || use.path === 'builtins.getattr') judgeGetattr(use, analysis, hit);
}

function judgeGadget(use: Use, hit: Report): void {
  const gadget = use.path.includes('.') ? gadgetDunders.get(use.path.split('.').at(-1) ?? '') : undefined;
  if (gadget !== undefined && !/^(?:super\(\)|object)\./.test(use.path)) hit('reads', use, gadget);
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
  const at = (path: string): { path: string; line: number } => ({ path, line: use.line });
  if (typeof attribute !== 'string') {
    const guarded = paths.find((path) => launderedModules.has(path) || path === '__builtins__');
    if (guarded !== undefined) hit('picks by a computed name from', at(guarded), 'high');
    return;
  }
  if (gadgetDunders.get(attribute) === 'high') hit('reads', at(attribute), 'high');
  const fetched = paths
    .map((path) => `${path}.${attribute}`)
    .find((full) => matches(full, commands) || executors.has(full));
  if (fetched !== undefined) hit('fetches', at(fetched), 'high');
}
