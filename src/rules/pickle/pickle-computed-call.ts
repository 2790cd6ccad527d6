import { globalName, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { defineRule, type RulePolicy } from '../rule.ts';
import { calleeOf, describe, isAllowed } from './judge.ts';

/**
 * `partial(cls.__new__, cls, …)`, how protocols 2 and 3 spell `__newobj_ex__` (Lib/pickle.py, save_reduce). The partial's state can
 * still change what it calls, so it is not safe, only no sign of malice.
 */
function makesListedClass(callee: Value, view: PickleView, policy: RulePolicy): boolean {
  if (typeof callee !== 'object' || callee.kind !== 'call' || globalName(callee.callee) !== 'functools.partial')
    return false;
  const [wrapped] = view.items(callee.args) ?? [];
  if (typeof wrapped !== 'object' || wrapped.kind !== 'call') return false;
  const [owner, name] = view.items(wrapped.args) ?? [];
  const isNew = globalName(wrapped.callee) === 'builtins.getattr' && view.text(name) === '__new__';
  return isNew && typeof owner === 'object' && owner.kind === 'global' && isAllowed(owner, 'new', policy);
}

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
    const severity = makesListedClass(event.call.callee, event.view, context.policy) ? 'high' : 'critical';
    report({ span, data: { callee: describe(event.call.callee, event.view), opcode: event.opcode }, severity });
  },
});
