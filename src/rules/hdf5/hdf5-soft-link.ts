import { h5Attribute, h5File, h5SoftLink } from '../examples/hdf5.ts';
import { faultRule } from '../fault-rule.ts';

export const hdf5SoftLink = faultRule({
  id: 'hdf5-soft-link',
  title: 'Soft link',
  severity: 'info',
  facet: 'hdf5',
  formats: ['hdf5'],
  faults: { 'soft-link': true, 'soft-link-in-weights': 'medium' },
  references: [{ kind: 'CWE', id: 'CWE-61' }],
  why: 'A soft link gives an object of the same file another name. Data files use them; files of Keras weights do not, and Keras refuses them since one can be put where an external link follows.',
  fix: 'For weights: do not load the file, and save the model again with Keras. For data: nothing to do.',
  examples: {
    bad: [
      {
        name: 'weights.h5',
        content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0'), h5SoftLink('w', '/elsewhere')] }),
      },
    ],
    good: [
      { name: 'model.h5', content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} }) },
    ],
  },
});
