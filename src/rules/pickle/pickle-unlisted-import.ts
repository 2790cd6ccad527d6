import { dangerOf } from '../data/pickle/dangerous.ts';
import { defineRule } from '../rule.ts';
import { hasDunder } from './pickle-dunder-access.ts';
import { isImportable } from './judge.ts';

export const pickleUnlistedImport = defineRule<{ readonly module: string; readonly name: string }>()({
  id: 'pickle-unlisted-import',
  title: 'Pickle imports something not known to be safe',
  severity: 'medium',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Names that a pickle may use are decided by lists made from the sources of the libraries. This one is on none of them. It may be a class of your own, or code that nobody has looked at: importing a module already runs it.',
  fix: 'If the name is yours, allow it in the policy file (allow.globals). Otherwise look at what it does before you load the file, or ask for safetensors.',
  examples: {
    bad: [{ name: 'model.pkl', content: 'csomebody_elses_package\nModel\n.' }],
    good: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n.' }],
  },
  message: (data) => `imports ${data.module}.${data.name}, which no allow-list knows`,
  check(event, report, context) {
    if (event.kind !== 'import') return;
    const { module, name } = event.global;
    if (module === null || name === null || isImportable(event.global, context.policy)) return;
    if (dangerOf(module, name) !== undefined || hasDunder(name)) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { module, name } });
  },
});
