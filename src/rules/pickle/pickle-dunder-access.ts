import { global, pickle4 } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';
import { isImportable } from './judge.ts';

/** True when a segment of the name is a special attribute, such as `__globals__`. */
export function hasDunder(name: string): boolean {
  return name.split('.').some((segment) => segment.length > 4 && segment.startsWith('__') && segment.endsWith('__'));
}

export const pickleDunderAccess = defineRule<{ readonly module: string; readonly name: string }>()({
  id: 'pickle-dunder-access',
  title: 'Pickle reaches for Python internals',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-913' },
  ],
  why: 'Special attributes such as `__class__`, `__globals__` or `__getattribute__` lead from any object to everything in the process. Pickles of models do not name them.',
  fix: 'Do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: () => pickle4(global('collections', 'OrderedDict.__init__.__globals__')) }],
    good: [{ name: 'model.pkl', content: () => pickle4(global('collections', 'OrderedDict')) }],
  },
  message: (data) => `imports ${data.module}.${data.name}`,
  check(event, report, context) {
    if (event.kind !== 'import') return;
    const { module, name } = event.global;
    if (module === null || name === null || !hasDunder(name)) return;
    if (isImportable(event.global, context.policy)) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { module, name } });
  },
});
