import { CallNode, globalName, isUntracked, type Value } from '../../formats/pickle/values.ts';
import type { PickleEvent } from '../../formats/pickle/events.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { defineRule, type RulePolicy } from '../rule.ts';
import { violation } from './constraints.ts';
import { classOf, describe, isAllowed } from './judge.ts';

type BuildEvent = Extract<PickleEvent, { kind: 'build' }>;

/** A pair `(state, slots)`: the second half is set attribute by attribute, which runs setters. */
function isSlotState(state: Value, view: PickleView): boolean {
  const items = view.items(state);
  const slots = items?.length === 2 ? items[1] : undefined;
  if (slots === undefined) return false;
  return typeof slots === 'number' ? view.constant(slots, 0).type === 'dict' : slots.kind === 'dict' && slots.count > 0;
}

/** Mappings a class may return from `__getstate__`, as long as nothing of theirs was replaced. */
const STATE_CLASSES = /^(?:collections\.(?:OrderedDict|defaultdict|Counter)|builtins\.dict)$/;

/**
 * False for a state that only running the pickle would tell, such as a computed tuple, and for an object whose
 * attributes pass for methods: `__setstate__` would call `state.pop`.
 */
function isOrdinaryState({ state, target }: BuildEvent): boolean {
  // A container no longer followed, which picklers would have put right above the object.
  if (typeof state === 'number') return !isUntracked(state);
  // A dict whose attributes are its items: `self.__dict__ = self`.
  if (state.kind !== 'call' || state === target) return true;
  return state.state === undefined && STATE_CLASSES.test(globalName(state.callee) ?? '');
}

/** The state of `functools.partial` starts with what it will call, which must be what a call of it would accept. */
function keepsCallee({ state, offset, view }: BuildEvent, owner: Value | undefined, policy: RulePolicy): boolean {
  if (owner === undefined || globalName(owner) !== 'functools.partial') return true;
  return violation(new CallNode('REDUCE', owner, state, offset), view, policy) === undefined;
}

export const pickleUnlistedState = defineRule<{ readonly target: string }>()({
  id: 'pickle-unlisted-state',
  title: 'Pickle sets the state of something not known to be safe',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-915' },
  ],
  why: 'Restoring state runs `__setstate__` of the class, or overwrites attributes. On a class that nobody reviewed that is a call like any other; on a class or function itself it replaces the code of the program, and a second time it may run what the first one set as `__setstate__`.',
  fix: 'If the class is yours, allow it in the policy file (allow.globals). Otherwise do not load the file.',
  examples: {
    bad: [
      { name: 'model.pkl', content: 'csomebody_elses_package\nModel\n(tR(dp0\nb.' },
      { name: 'patched.pkl', content: "ccollections\nOrderedDict\n(S'clear'\nNdb." },
      { name: 'twice.pkl', content: "ccollections\nOrderedDict\n(tR(S'__setstate__'\ncbuiltins\nlen\ndbS'text'\nb." },
      { name: 'computed.pkl', content: 'ccollections\nOrderedDict\n(tRcbuiltins\ntuple\n((ltRb.' },
    ],
    good: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n(tR(db.' }],
  },
  message: (data) => `sets the state of ${data.target}`,
  check(event, report, context) {
    if (event.kind !== 'build') return;
    const span = { start: event.offset, end: event.offset + event.length };
    const data = { target: describe(event.target, event.view) };
    if (event.again || (typeof event.target === 'object' && event.target.kind === 'global')) {
      report({ span, data, severity: 'critical' });
      return;
    }
    const owner = classOf(event.target, event.view);
    const wanted = isSlotState(event.state, event.view) ? 'setAttributes' : 'build';
    const known = typeof owner === 'object' && owner.kind === 'global' && isAllowed(owner, wanted, context.policy);
    if (!known || !isOrdinaryState(event) || !keepsCallee(event, owner, context.policy)) report({ span, data });
  },
});
