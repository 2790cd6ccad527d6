import { h5Attribute, h5File } from '../examples/hdf5.ts';
import { faultRule } from '../fault-rule.ts';

export const hdf5OutsideBytes = faultRule({
  id: 'hdf5-outside-bytes',
  title: 'Bytes before or after the HDF5 part',
  severity: 'medium',
  facet: 'hdf5',
  formats: ['hdf5'],
  faults: { 'user-block': true, 'trailing-bytes': 'high', 'matlab-user-block': 'info' },
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'The library ignores what precedes its signature and what follows the end the file declares: room for a second file, such as a script or an archive, in the first.',
  fix: 'Rewrite the file with h5repack, which drops both, or get it again from its publisher.',
  examples: {
    bad: [
      { name: 'model.h5', content: () => h5File({ before: 512 }) },
      { name: 'tail.h5', content: () => h5File({ after: 100 }) },
    ],
    good: [
      { name: 'model.h5', content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} }) },
    ],
  },
});
