import { globalName, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { defineRule } from '../rule.ts';

/** Methods of built-in containers and texts, which `__setstate__` and other hooks call on what a state holds. */
const METHODS = new Set(
  (
    'add append clear copy count decode difference discard encode endswith extend format get index insert intersection items ' +
    'join keys lower pop popitem remove replace reverse setdefault sort startswith strip union update upper values'
  ).split(' '),
);

/** Makers of arrays, numbers and containers: an attribute may well be called `values` or `count` and hold one. */
const DATA =
  /^(?:(?:numpy|pandas|builtins|collections|datetime|decimal)\.(?!vectorize$)|copyreg\.|joblib\.numpy_pickle\.|scipy\.sparse\.|torch\._utils\.)/;

/** True for what can be called: a function or class, or an object that is not known to be plain data. */
function isCallable(value: Value | undefined): boolean {
  if (typeof value !== 'object') return false;
  return value.kind === 'global' || (value.kind === 'call' && !DATA.test(globalName(value.callee) ?? ''));
}

/** The first attribute of a state that passes for a method; of a pair `(state, slots)`, both are looked through. */
function shadowedIn(state: Value, view: PickleView): string | undefined {
  const halves = typeof state === 'object' && state.kind === 'dict' ? [state] : (view.items(state) ?? []);
  for (const half of halves) {
    if (typeof half !== 'object' || half.kind !== 'dict') continue;
    for (let index = 0; index + 1 < half.items.length; index += 2) {
      const name = isCallable(half.items[index + 1]) ? view.text(half.items[index]) : undefined;
      if (name !== undefined && METHODS.has(name)) return name;
    }
  }
  return undefined;
}

export const pickleShadowedMethod = defineRule<{ readonly attribute: string }>()({
  id: 'pickle-shadowed-method',
  title: 'Pickle passes a function off as a method of a container',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-915' },
  ],
  why: 'An object with an attribute such as `pop` or `setdefault` is taken for a dict by code that restores state, which then calls the function that the file put there. Honest objects have their methods from their class.',
  fix: 'Do not load the file unless you know why the attribute is there.',
  examples: {
    bad: [
      {
        name: 'model.pkl',
        content: "(iargparse\nNamespace\n(S'setdefault'\ncbuiltins\nlen\ndb.",
      },
    ],
    good: [{ name: 'model.pkl', content: "(iargparse\nNamespace\n(S'copy'\nI01\nS'key'\ncbuiltins\nlen\ndb." }],
  },
  message: (data) => `sets ${data.attribute} of an object to something that can be called`,
  check(event, report) {
    if (event.kind !== 'build') return;
    const attribute = shadowedIn(event.state, event.view);
    if (attribute === undefined) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { attribute } });
  },
});
