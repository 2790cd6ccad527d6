import { global, pickle4 } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';
import { isImportable } from './judge.ts';

export const pickleDottedName = defineRule<{ readonly module: string; readonly name: string }>()({
  id: 'pickle-dotted-name',
  title: 'Pickle walks attributes to what it imports',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'GHSA', id: 'GHSA-5j3x-jp52-966f' },
  ],
  why: 'Since protocol 4 a name may be a path of attributes, so an innocent module leads to whatever it happens to import: `random._os.system` is `os.system`. Honest paths, to a class inside a class, are on the allow-lists.',
  fix: 'If the nested class is yours, allow it in the policy file (allow.globals). Otherwise do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: () => pickle4(global('random', '_inst.seed')) }],
    good: [{ name: 'model.pkl', content: () => pickle4(global('collections', 'OrderedDict')) }],
  },
  message: (data) => `imports ${data.module}.${data.name} through an attribute path`,
  check(event, report, context) {
    if (event.kind !== 'import') return;
    const { module, name } = event.global;
    if (module === null || name === null || !name.includes('.')) return;
    if (isImportable(event.global, context.policy)) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { module, name } });
  },
});
