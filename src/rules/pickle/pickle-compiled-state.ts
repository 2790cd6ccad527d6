import type { CollectionNode, Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { constraintOf } from '../data/pickle/index.ts';
import { isScipyArgumentTemplate, scipyArgumentTemplate } from '../data/pickle/scipy-template.ts';
import { pickle4, str } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';
import { classOf } from './judge.ts';

const COMPILED = '_parse_arg_template';

/** A distribution whose state is `{'name': 'norm', '_parse_arg_template': text, 'random': RandomState's class}`. */
function distribution(text: string): Uint8Array {
  const size = new TextEncoder().encode(text).length;
  const long = `X${String.fromCharCode(size & 255, size >> 8, 0, 0)}${text}`;
  return pickle4(
    'cscipy.stats._continuous_distns\nnorm_gen\n)\x81}(',
    str(COMPILED),
    long,
    str('random'),
    'cnumpy.random.mtrand\n_rand\nub.',
  );
}

/** A state as a dict whose items were all kept; undefined when that cannot be said. */
function trackedDict(state: Value): CollectionNode | undefined {
  if (typeof state !== 'object' || state.kind !== 'dict' || !('items' in state)) return undefined;
  return state.complete ? state : undefined;
}

/** What is wrong with a readable state; undefined when every text in it that gets compiled is scipy's own. */
function problemOf(dict: CollectionNode, view: PickleView): string | undefined {
  for (let index = 0; index + 1 < dict.items.length; index += 2) {
    const key = view.text(dict.items[index]);
    if (key === undefined) return 'a state with a computed key';
    if (key !== COMPILED) continue;
    const text = view.text(dict.items[index + 1]);
    if (text === undefined || !isScipyArgumentTemplate(text)) return 'a text that scipy itself never writes there';
  }
  return undefined;
}

export const pickleCompiledState = defineRule<{ readonly what: string }>()({
  id: 'pickle-compiled-state',
  title: 'Pickle hands source text to a class that compiles its state',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-94' },
  ],
  why: 'A scipy distribution restores its methods by running a short text kept in its state. Honest files hold the text that scipy renders; any other text is a program that runs when the file is loaded.',
  fix: 'Do not load the file. If you made it yourself, save the parameters of the distribution instead of the object.',
  examples: {
    bad: [{ name: 'search.pkl', content: () => distribution("print('compiled')") }],
    good: [{ name: 'search.pkl', content: () => distribution(scipyArgumentTemplate([], true)) }],
  },
  message: (data) => `restores a distribution from ${data.what}`,
  check(event, report) {
    if (event.kind !== 'build') return;
    const owner = classOf(event.target, event.view);
    if (typeof owner !== 'object' || owner.kind !== 'global' || owner.module === null || owner.name === null) return;
    if (constraintOf(owner.module, owner.name) !== 'scipy-argument-template') return;
    const span = { start: event.offset, end: event.offset + event.length };
    const dict = trackedDict(event.state);
    if (dict === undefined) {
      // scipy before 1.6 wrote a tuple, which newer ones may take for pairs of a dict: not proven, not hostile either.
      report({ span, data: { what: 'a state that cannot be read in full' }, severity: 'high' });
      return;
    }
    const what = problemOf(dict, event.view);
    if (what !== undefined) report({ span, data: { what } });
  },
});
