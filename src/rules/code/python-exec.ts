import { argumentOf, type Sequence } from '../../formats/python-source/syntax.ts';
import { parsePython } from '../../formats/python-source/parse-python.ts';
import { compilers, executors } from '../data/python-names.ts';
import { defineRule, type Severity } from '../rule.ts';
import { type Analysis, analyse } from './analysis.ts';
import { foldPython } from './fold-python.ts';
import type { Use } from './resolve.ts';

interface Data {
  readonly what: string;
  readonly call: string;
  readonly line: number;
}

/** Code in a string in code in a string … */
const MAX_NESTED = 4;

export const pythonExec = defineRule<Data>()({
  id: 'python-exec',
  title: 'Code that runs text as code',
  severity: 'high',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-95' },
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
    { kind: 'OWASP', id: 'LLM03' },
  ],
  why: 'What exec and eval run cannot be read beforehand. Fed with something decoded or downloaded, they are how a dropper hides; model code has no use for that.',
  fix: 'Do not load the model with trust_remote_code. Ask the publisher for code that says what it does.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'import base64\nexec(base64.b64decode("cHJpbnQoMSk="))\n' },
      { name: 'modeling_x.py', content: 'def build(config):\n    return eval(config.expression)\n' },
    ],
    good: [
      {
        name: 'modeling_x.py',
        content:
          'import ast, re, torch\nmodel.eval()\nx = ast.literal_eval("[1]")\np = re.compile("a")\nf = torch.compile(model)\n',
      },
    ],
  },
  message: (data) => `line ${data.line}: ${data.call} ${data.what}`,
  check(module, report) {
    judge(analyse(module), 0, (data, severity) => report({ data, severity }));
  },
});

type Report = (data: Data, severity: Severity) => void;

function judge(analysis: Analysis, nested: number, report: Report): void {
  for (const use of analysis.uses) {
    const runs = isExecutor(use, analysis);
    if (use.args === undefined || !(runs || isCompiler(use, analysis))) continue;
    const found = gradeCall(use.args, runs, analysis);
    if (found !== undefined) report({ what: found.what, call: use.path, line: use.line }, found.severity);
    else judgeConstant(use, nested, report);
  }
}

function isExecutor(use: Use, analysis: Analysis): boolean {
  return executors.has(use.path) && (use.known || (!use.path.includes('.') && !analysis.bound.has(use.path)));
}

function isCompiler(use: Use, analysis: Analysis): boolean {
  return compilers.has(use.path) && (use.known || (!use.path.includes('.') && !analysis.bound.has(use.path)));
}

/** How bad it is to run what the arguments hold; undefined when the text is constant and can be read. */
function gradeCall(
  args: readonly Sequence[],
  runs: boolean,
  analysis: Analysis,
): { what: string; severity: Severity } | undefined {
  if (args.some((arg) => analysis.isDecoded(arg)))
    return { what: 'runs what was decoded or downloaded', severity: 'critical' };
  const text = foldPython(argumentOf(args[0] ?? []).value);
  if (typeof text === 'string') return undefined;
  return runs
    ? { what: 'runs text that is only known at run time', severity: 'high' }
    : { what: 'compiles text that is only known at run time', severity: 'medium' };
}

/** Constant text is read like the code around it. */
function judgeConstant(use: Use, nested: number, report: Report): void {
  const text = foldPython(argumentOf(use.args?.[0] ?? []).value);
  if (typeof text !== 'string') return;
  report(
    { what: 'runs a constant text', call: use.path, line: use.line },
    /\b(?:import|exec|eval|open|__\w+__)\b/.test(text) ? 'high' : 'low',
  );
  if (nested < MAX_NESTED) judge(analyse(parsePython(text, 'python')), nested + 1, report);
}
