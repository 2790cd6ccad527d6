import { h5Attribute, h5File } from '../examples/hdf5.ts';
import { faultRule } from '../fault-rule.ts';

export const hdf5Filter = faultRule({
  id: 'hdf5-filter',
  title: 'Data packed by a plug-in filter',
  severity: 'medium',
  facet: 'hdf5',
  formats: ['hdf5'],
  faults: { 'unknown-filter': true, 'plugin-filter': 'info' },
  references: [{ kind: 'CWE', id: 'CWE-829' }],
  why: 'Filters beyond those of the library are native code, which HDF5 looks for by number in a folder of plug-ins and loads. Well-known ones, such as Blosc and LZF, are only noted.',
  fix: 'Find out which filter the number stands for and whether you trust its library, or ask for a file packed by deflate.',
  examples: {
    bad: [{ name: 'data.h5', content: () => h5File({ dataset: { filter: 31999 } }) }],
    good: [
      { name: 'model.h5', content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} }) },
    ],
  },
});
