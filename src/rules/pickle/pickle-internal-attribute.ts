import type { Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { pickle4, str } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';

/** `Pipeline.__new__(Pipeline)`, then a slot state with one attribute, set to a class. */
function withSlot(attribute: string): Uint8Array {
  return pickle4('csklearn.pipeline\nPipeline\n)\x81N}(', str(attribute), 'csklearn.svm._classes\nSVC\nu\x86b');
}

/** The half of a `(state, slots)` pair that is set attribute by attribute. */
function slotsOf(state: Value, view: PickleView): Value | undefined {
  const items = view.items(state);
  return items?.length === 2 ? items[1] : undefined;
}

/** An attribute name in the slots that no honest class has, or that cannot be read; undefined when all are ordinary. */
function problemOf(slots: Value, view: PickleView): string | undefined {
  // A dict of constants alone holds no object that an internal attribute could be set to.
  if (typeof slots === 'number' || !('items' in slots) || slots.kind !== 'dict') return undefined;
  if (!slots.complete) return 'an attribute beyond those kept';
  for (let index = 0; index < slots.items.length; index += 2) {
    const name = view.text(slots.items[index]);
    if (name === undefined) return 'an attribute whose name is computed';
    if (name.startsWith('__') && name.endsWith('__')) return name;
  }
  return undefined;
}

export const pickleInternalAttribute = defineRule<{ readonly attribute: string }>()({
  id: 'pickle-internal-attribute',
  title: "Pickle sets an object's internals",
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-915' },
  ],
  why: 'A slot state is set attribute by attribute. Setting `__class__` turns an object that was harmless to make into one whose next state is run as code; no class has such a slot.',
  fix: 'Do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: () => withSlot('__class__') }],
    good: [{ name: 'model.pkl', content: () => withSlot('final_estimator') }],
  },
  message: (data) => `sets ${data.attribute} of an object`,
  check(event, report) {
    if (event.kind !== 'build') return;
    const slots = slotsOf(event.state, event.view);
    const attribute = slots === undefined ? undefined : problemOf(slots, event.view);
    if (attribute === undefined) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { attribute } });
  },
});
