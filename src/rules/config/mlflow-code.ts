import { get, stringOf } from '../../formats/document.ts';
import type { Severity } from '../rule.ts';
import type { DocumentIndex, Place } from './document-index.ts';
import { documentRule } from './document-rule.ts';
import { isEscapingPath } from './paths.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { judgeRequirement } from './requirement.ts';
import { isDangerous, judgeTarget } from './target.ts';

interface Data {
  readonly what: string;
  readonly value: string;
}

export const mlflowCode = documentRule<Data>()({
  id: 'mlflow-code',
  title: 'MLflow model brings its own code or loader',
  severity: 'high',
  formats: ['yaml'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, { kind: 'CVE', id: 'CVE-2025-15379' }, ...SUPPLY_CHAIN],
  why: 'MLflow imports the `loader_module` of a model, puts its `code` folder in front of the import path, and installs the packages its environment files list. Each of them runs code of the publisher on the machine that serves the model.',
  fix: 'Only `mlflow.*` loaders are MLflow’s own. Read the code folder, and install requirements from your own index.',
  examples: {
    bad: [
      {
        name: 'MLmodel',
        content: 'flavors:\n  python_function:\n    loader_module: acme_loader\n    env: conda.yaml\n',
      },
      { name: 'python_env.yaml', content: 'python: 3.11\ndependencies:\n  - "mlflow; touch /tmp/x #"\n' },
    ],
    good: [
      {
        name: 'MLmodel',
        content:
          'flavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    loader_module: mlflow.sklearn\n    code: null\n  sklearn:\n    code: null\n',
      },
      {
        name: 'conda.yaml',
        content:
          'channels:\n- conda-forge\ndependencies:\n- python=3.11\n- pip<=23\n- pip:\n  - mlflow==2.9.2\n  - scikit-learn>=1,<2 ; python_version >= "3.8"\n',
      },
    ],
  },
  message: ({ what, value }) => `${what}: ${value}`,
  check(index, report, { policy }) {
    for (const place of index.keyed('loader_module')) {
      const text = place.text ?? '';
      if (text === '' || text === 'mlflow' || text.startsWith('mlflow.')) continue;
      report(
        place,
        { what: 'imports a loader', value: text },
        isDangerous(judgeTarget(`${text}._`, policy)) ? 'critical' : 'high',
      );
    }
    for (const place of index.keyed('flavors')) checkCode(place, report);
    if (isEnvironment(index)) checkRequirements(index.root, report);
  },
});

type Report = (place: Place, data: Data, severity?: Severity) => void;

function checkCode(flavors: Place, report: Report): void {
  const flavor = get(flavors.node, 'python_function');
  for (const key of ['code', 'model_code_path']) {
    const path = stringOf(get(flavor, key));
    if (path === undefined || path === '') continue;
    const what = `runs code of the model ("${key}")`;
    report(flavors, { what, value: path }, isEscapingPath(path) && key === 'code' ? 'high' : 'medium');
  }
}

function isEnvironment({ document }: DocumentIndex): boolean {
  return /^(?:python_env|conda)\.ya?ml$/.test(document.fileName);
}

function checkRequirements(root: Place, report: Report): void {
  const pending = [get(root.node, 'dependencies'), get(root.node, 'build_dependencies')];
  for (let node = pending.pop(); pending.length > 0 || node !== undefined; node = pending.pop()) {
    if (node?.kind === 'list') pending.push(...node.items);
    else if (node?.kind === 'map') pending.push(...node.entries.map((entry) => entry.value));
    const text = stringOf(node);
    if (text === undefined) continue;
    const value = text.slice(0, 200);
    const fault = judgeRequirement(text);
    if (fault !== null) report(root, { what: `a requirement ${fault.what}`, value }, fault.severity);
  }
}
