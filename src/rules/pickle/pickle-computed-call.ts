import { defineRule } from '../rule.ts';
import { calleeOf, describe, isAllowed } from './judge.ts';

export const pickleComputedCall = defineRule<{ readonly callee: string; readonly opcode: string }>()({
  id: 'pickle-computed-call',
  title: 'Pickle calls something it computed',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-470' },
  ],
  why: 'What is called is itself the result of a call, so the file decides only while running what to run. Picklers always name what they call; only hand-made pickles hide it.',
  fix: 'Do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n(tR(tR.' }],
    good: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n(tR.' }],
  },
  message: (data) => `calls ${data.callee} by ${data.opcode}`,
  check(event, report, context) {
    if (event.kind !== 'call') return;
    const callee = calleeOf(event.call, event.view);
    const isNamed = callee !== undefined && (callee === event.call.callee || isAllowed(callee, 'call', context.policy));
    if (isNamed) return;
    const span = { start: event.offset, end: event.offset + event.length };
    report({ span, data: { callee: describe(event.call.callee, event.view), opcode: event.opcode } });
  },
});
