import { defineRule } from '../rule.ts';
import { violation } from './constraints.ts';

export const pickleCallArguments = defineRule<{
  readonly module: string;
  readonly name: string;
  readonly problem: string;
}>()({
  id: 'pickle-call-arguments',
  title: 'Pickle calls a known function with unexpected arguments',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Some functions are safe only with the arguments that picklers give them: `functools.partial` of a listed function, `copyreg._reconstructor` of a listed class, tensors rebuilt over a storage of the file. These arguments are others.',
  fix: 'Do not load the file unless you know who wrote the call and why.',
  examples: {
    bad: [
      {
        name: 'model.pkl',
        content: 'ccopyreg\n_reconstructor\n(csomebody_elses_package\nModel\nc__builtin__\nobject\nNtR.',
      },
    ],
    good: [
      {
        name: 'model.pkl',
        content: 'ccopyreg\n_reconstructor\n(ccollections\nOrderedDict\nc__builtin__\nobject\nNtR.',
      },
    ],
  },
  message: (data) => `${data.module}.${data.name}: ${data.problem}`,
  check(event, report, context) {
    if (event.kind !== 'call') return;
    const { callee } = event.call;
    if (typeof callee !== 'object' || callee.kind !== 'global' || callee.module === null || callee.name === null)
      return;
    const problem = violation(event.call, event.view, context.policy);
    if (problem === undefined) return;
    const span = { start: event.offset, end: event.offset + event.length };
    report({ span, data: { module: callee.module, name: callee.name, problem } });
  },
});
