import { defineRule } from '../rule.ts';
import { classOf, describe, isAllowed } from './judge.ts';

export const pickleUnlistedMutation = defineRule<{ readonly target: string; readonly opcode: string }>()({
  id: 'pickle-unlisted-mutation',
  title: 'Pickle adds items to something that is no known container',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CVE', id: 'CVE-2026-24747' },
  ],
  why: 'APPEND, SETITEM and ADDITEMS call `append`, `extend`, `__setitem__` or `add` of whatever object is there. On a class that is no known container that is a call of its code with data from the file.',
  fix: 'If the class is yours, allow it in the policy file (allow.globals). Otherwise do not load the file.',
  examples: {
    bad: [
      { name: 'model.pkl', content: "csomebody_elses_package\nTable\n(tRS'key'\nS'value'\ns." },
      { name: 'shadowed.pkl', content: "ccollections\nOrderedDict\n(tR(S'append'\ncbuiltins\nlen\ndbNa." },
    ],
    good: [{ name: 'model.pkl', content: "ccollections\nOrderedDict\n(tRS'key'\nS'value'\ns." }],
  },
  message: (data) => `${data.opcode} adds to ${data.target}`,
  check(event, report, context) {
    if (event.kind !== 'mutate') return;
    const { target, opcode, view } = event;
    const owner = classOf(target, view);
    // Picklers add items before they set the state: afterwards `append` or `.data` may be what the state says.
    const isBuilt = typeof target === 'object' && target.kind === 'call' && target.state !== undefined;
    const known = typeof owner === 'object' && owner.kind === 'global' && isAllowed(owner, 'mutate', context.policy);
    if (known && !isBuilt) return;
    const span = { start: event.offset, end: event.offset + event.length };
    report({ span, data: { target: describe(target, view), opcode } });
  },
});
