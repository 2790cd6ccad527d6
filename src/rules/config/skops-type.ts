import { documentRule } from './document-rule.ts';
import { stringOf } from '../../formats/document.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { isDangerous, judgeTarget, type Target } from './target.ts';
import type { Severity } from '../rule.ts';

/** Packages whose estimators and arrays skops files hold. */
const ORDINARY =
  /^(?:sklearn|numpy|scipy|pandas|xgboost|lightgbm|catboost|quantile_forest|builtins|collections|datetime|_loss|functools)$/;
const CALLING_LOADERS = new Set(['OperatorFuncNode', 'MethodNode']);

export const skopsType = documentRule<{ loader: string; type: string }>()({
  id: 'skops-type',
  title: 'skops file builds an object that is not an estimator',
  severity: 'high',
  formats: ['json', 'zip'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CVE', id: 'CVE-2025-54412' },
    { kind: 'CVE', id: 'CVE-2025-54413' },
    { kind: 'CVE', id: 'CVE-2025-54886' },
    ...SUPPLY_CHAIN,
  ],
  why: 'The schema of a skops file names the classes to build. Nodes for operators and methods were loaded without being checked against the trusted types before skops 0.12, so they run what they name.',
  fix: 'Upgrade skops to 0.13.0 or later, and list the untrusted types before loading.',
  examples: {
    bad: [
      {
        name: 'schema.json',
        content: '{"__class__": "call", "__module__": "sklearn.linear_model", "__loader__": "OperatorFuncNode"}',
      },
      { name: 'schema.json', content: '{"__class__": "system", "__module__": "os", "__loader__": "FunctionNode"}' },
    ],
    good: [
      {
        name: 'schema.json',
        content:
          '{"__class__": "LogisticRegression", "__module__": "sklearn.linear_model._logistic", "__loader__": "ObjectNode", "content": {"__class__": "dict", "__module__": "builtins", "__loader__": "DictNode"}}',
      },
    ],
  },
  message: ({ loader, type }) => `${loader} builds ${type}`,
  check(index, report, { policy }) {
    for (const place of index.keyed('__loader__')) {
      const module = stringOf(place.sibling('__module__')) ?? '';
      const loader = place.text ?? '';
      const target = judgeTarget(`${module}.${stringOf(place.sibling('__class__')) ?? ''}`, policy);
      const severity = severityOf(target, module, loader);
      if (severity !== null) report(place, { loader, type: target.name }, severity);
    }
  },
});

function severityOf(target: Target, module: string, loader: string): Severity | null {
  if (isDangerous(target)) return 'critical';
  if (CALLING_LOADERS.has(loader)) return 'high';
  return ORDINARY.test(module.split('.')[0] ?? '') || target.kind === 'trusted' ? null : 'medium';
}
