import { dangerOf } from '../data/pickle/dangerous.ts';
import { defineRule } from '../rule.ts';
import { describeArguments, isAllowed, useOf } from './judge.ts';

export const pickleUnlistedCall = defineRule<{
  readonly module: string;
  readonly name: string;
  readonly opcode: string;
  readonly arguments: string;
}>()({
  id: 'pickle-unlisted-call',
  title: 'Pickle calls something not known to be safe',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'While it is loaded, the file calls a function or creates an object that is not on the lists of calls known to have no side effects. A name may be harmless to hold and dangerous to call, so the two are judged apart.',
  fix: 'If the class is yours, allow it in the policy file (allow.globals). Otherwise look at what the call does before you load the file, or ask for safetensors.',
  examples: {
    bad: [{ name: 'model.pkl', content: "csomebody_elses_package\nconnect\n(S'home'\ntR." }],
    good: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n(tR.' }],
  },
  message: (data) => `calls ${data.module}.${data.name}(${data.arguments}) while loading`,
  check(event, report, context) {
    if (event.kind !== 'call') return;
    const { callee } = event.call;
    if (typeof callee !== 'object' || callee.kind !== 'global') return;
    const { module, name } = callee;
    if (module === null || name === null || isAllowed(callee, useOf(event.opcode), context.policy)) return;
    const severity = dangerOf(module, name) === undefined ? 'high' : 'critical';
    report({
      span: { start: event.offset, end: event.offset + event.length },
      data: { module, name, opcode: event.opcode, arguments: describeArguments(event.call, event.view) },
      severity,
    });
  },
});
